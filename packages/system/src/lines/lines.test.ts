// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { codewordLink, rawCodewordLink } from "../evaluate/fake-links.fixture.ts";
import type { LedgerRow } from "../results/results.ts";
import { accuracyOf, classify } from "../task/classify.ts";
import {
  brightestChannel,
  EMBED_DIM,
  fixtureDevice,
  head,
  NUM_CLASSES,
  partOf,
  truthOf,
} from "./device.fixture.ts";
import { digitalFeatures } from "./digital/digital-features.ts";
import { separation } from "./digital/separation.ts";
import { simplexCodebook } from "./label/simplex.ts";
import { exportedLine } from "./learned/exported-line.ts";
import { lineConformance, meritConformance } from "./line.conformance.ts";
import type { Line, LineDeclaration, PreparedLine } from "./line.ts";
import { unlearnedLines } from "./unlearned-lines.ts";

const COUNT = 24;
const sizes = { numClasses: NUM_CLASSES };
const device = fixtureDevice(1, COUNT);
const selected = fixtureDevice(2, 32);
const figure = accuracyOf(sizes);
const selection = { device: selected, truth: truthOf(selected), figure };
const DEVICE_ACCURACY = 7 / 8;

/** Laws and merit of a line on the items of the device. */
function testLine(
  line: Line,
  lengths: readonly number[],
  ceiling: number,
  open = (first: number, count: number): Promise<PreparedLine> => line.prepare(partOf(device, first, count)),
): void {
  const tested = {
    title: line.name,
    declares: line.declares,
    open,
    count: COUNT,
    numAnswers: NUM_CLASSES,
    lengths,
  };
  lineConformance(tested);
  meritConformance({ ...tested, figure, truth: truthOf(device), ceiling });
}

for (const line of Object.values(unlearnedLines)) testLine(line, [1, 2, 5, 16], DEVICE_ACCURACY);

const features = digitalFeatures({
  trainingEmbeddings: fixtureDevice(3, 400).embeddings,
  embedDim: EMBED_DIM,
  head,
  decide: (answers) => classify.decide(answers, sizes),
  selection,
  rng: rngFrom(9),
});
for (const line of features) testLine(line, [4, 24], 1); // of the embeddings' own decisions

const images = separation({
  formats: ["jpeg"],
  maxSymbols: 64,
  selection,
  rng: rngFrom(9),
  classify: async (set) => brightestChannel(set),
  classifier: { kind: "teacher", name: "brightest channel", params: 0, macs: 192 },
});
const opened = new Map<string, Promise<PreparedLine>>(); // compressing takes most of the time
testLine(images, [4, 64], 1, (first, count) => {
  const key = `${first} ${count}`;
  const line = opened.get(key) ?? images.prepare(partOf(device, first, count));
  opened.set(key, line);
  return line;
});

const codebook = simplexCodebook(NUM_CLASSES, 4);
const labelOf = (embedding: Float32Array): number => embedding.indexOf(Math.max(...embedding));
for (const [reception, link] of [
  ["equalized", codewordLink(codebook, NUM_CLASSES, [4], labelOf)],
  ["raw", rawCodewordLink(codebook, NUM_CLASSES, [4], labelOf)],
] as const) {
  const declares: LineDeclaration = { power: "unit", reception, lengths: [4], receives: ["decision"] };
  const tested = {
    title: `an exported link that sends codewords, ${reception}`,
    declares,
    async open(first: number, count: number): Promise<PreparedLine> {
      const source = partOf(device, first, count).embeddings;
      return exportedLine(link, { source, count, task: classify, sizes });
    },
    count: COUNT,
    numAnswers: NUM_CLASSES,
    lengths: [4],
  };
  lineConformance(tested);
  meritConformance({ ...tested, figure, truth: truthOf(device), ceiling: 1 });
}

describe("every line", () => {
  const all = [...Object.values(unlearnedLines), ...features, images];

  it("has a name, a label and a place of its own", () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    expect(new Set(all.map(({ label }) => label)).size).toBe(all.length);
    for (const [name, line] of Object.entries(unlearnedLines)) expect(line.name).toBe(name);
  });

  it("has rows of the ledger that are not the link's", () => {
    const ledgerOf = (line: Line): readonly LedgerRow[] => line.ledger({ numAnswers: 10, maxSymbols: 16 });
    for (const line of all) expect(ledgerOf(line).every((row) => row.line === line.name)).toBe(true);
    const rows = all.flatMap(ledgerOf);
    expect(rows.find(({ part }) => part.includes("label-code"))).toMatchObject({ params: 320, macs: 320 });
  });

  it.each([...features, images].map((line) => [line.name, line] as const))(
    "%s says which output of the device it lacks",
    async (_name, line) => {
      const decisionsAlone = { decisions: device.decisions, numAnswers: NUM_CLASSES };
      await expect(line.prepare(decisionsAlone)).rejects.toThrow(
        expect.objectContaining({ code: "missing-output" }),
      );
    },
  );
});
