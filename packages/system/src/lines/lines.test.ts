// SPDX-License-Identifier: Apache-2.0
import { exportModel, rngFrom } from "@semlink/engine";
import { nodeRuntime } from "@semlink/engine/node";
import { describe, expect, it } from "vitest";
import type { LedgerRow } from "../results/results.ts";
import { linkNetwork } from "../link/networks.ts";
import { tinyProblem } from "../link/tiny-problem.fixture.ts";
import { codewordLink } from "../evaluate/fake-links.fixture.ts";
import { encoderModel, receiverModel } from "../link/link-models.ts";
import { openLink } from "../link/link.ts";
import { drawnWeights } from "../open-graph.fixture.ts";
import { lineConformance } from "./line.conformance.ts";
import type { PreparedLine } from "./line.ts";
import { brightestChannel, EMBED_DIM, fixtureDevice, head, NUM_CLASSES, partOf } from "./device.fixture.ts";
import { digitalFeatures } from "./digital/digital-features.ts";
import { unlearnedLines } from "./label/unlearned-lines.ts";
import { learnedLink } from "./learned/learned-link.ts";
import { separation } from "./digital/separation.ts";
import { simplexCodebook } from "./label/simplex.ts";

const COUNT = 24;
const device = fixtureDevice(1, COUNT);
const selected = fixtureDevice(2, 32);
const selection = { device: selected, labels: selected.labels };
const common = { labels: device.labels, numClasses: NUM_CLASSES };
const DEVICE_ACCURACY = 7 / 8;

for (const baseline of Object.values(unlearnedLines)) {
  lineConformance({
    ...common,
    title: baseline.name,
    open: (first, count) => baseline.prepare(partOf(device, first, count)),
    lengths: [1, 2, 5, 16],
    ceiling: DEVICE_ACCURACY,
    isSent: baseline.role !== "bound",
  });
}

const features = digitalFeatures({
  ...{ trainingEmbeddings: fixtureDevice(3, 400).embeddings, embedDim: EMBED_DIM, head, selection },
  rng: rngFrom(9),
});
for (const baseline of features) {
  lineConformance({
    ...common,
    title: baseline.name,
    open: (first, count) => baseline.prepare(partOf(device, first, count)),
    lengths: [4, 24],
    ceiling: 1, // of the embeddings' own decisions
    isSent: baseline.role !== "bound",
  });
}

const images = separation({
  ...{ formats: ["jpeg"] as const, maxSymbols: 64, selection, rng: rngFrom(9) },
  classify: async (set) => brightestChannel(set),
  classifier: { kind: "teacher", name: "brightest channel", params: 0, macs: 192 },
});
const opened = new Map<string, Promise<PreparedLine>>(); // compressing takes most of the time
lineConformance({
  ...common,
  title: images.name,
  open(first, count) {
    const key = `${first} ${count}`;
    const line = opened.get(key) ?? images.prepare(partOf(device, first, count));
    opened.set(key, line);
    return line;
  },
  lengths: [4, 64],
  ceiling: 1,
});

lineConformance({
  ...common,
  title: "a link that sends codewords",
  async open(first, count): Promise<PreparedLine> {
    const link = codewordLink(simplexCodebook(NUM_CLASSES, 4), NUM_CLASSES, [4], (embedding) =>
      embedding.indexOf(Math.max(...embedding)),
    );
    const padded = {
      ...link,
      decode: async (reception: Parameters<typeof link.decode>[0]) => ({
        logits: (await link.decode(reception)).logits,
        embedding: new Float32Array(reception.equalizedEsNoDb.length * EMBED_DIM),
      }),
    };
    return learnedLink(padded, partOf(device, first, count).embeddings, count);
  },
  lengths: [4],
  ceiling: 1,
});

const problem = tinyProblem();
for (const kind of ["cat", "film-mlp"] as const) {
  const { codec } = problem.experiment;
  const network = linkNetwork(problem.shape, problem.experiment, kind);
  const weights = drawnWeights(network, 2);
  const encoder = exportModel(encoderModel(network, problem.shape), weights, { name: "encoder" });
  const receiver = exportModel(receiverModel(network, codec.lengths), weights, { name: "receiver" });
  lineConformance({
    ...common,
    title: `a ${kind} link with drawn weights`,
    async open(first, count) {
      const link = await openLink(
        { encoder, receiver },
        codec.lengths,
        await nodeRuntime({ intraOpThreads: 1 }),
      );
      return learnedLink(link, partOf(device, first, count).embeddings, count);
    },
    lengths: codec.lengths,
  });
}

describe("every baseline", () => {
  const all = [...Object.values(unlearnedLines), ...features, images];

  it("has a name, a label and a place of its own", () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    expect(new Set(all.map(({ label }) => label)).size).toBe(all.length);
    for (const [name, baseline] of Object.entries(unlearnedLines)) expect(baseline.name).toBe(name);
  });

  it("has rows of the ledger that are not the link's", () => {
    const ledgerOf = (baseline: (typeof all)[number]): readonly LedgerRow[] =>
      baseline.ledger({ numClasses: 10, maxSymbols: 16 });
    for (const baseline of all) {
      expect(ledgerOf(baseline).every(({ line }) => line === baseline.name)).toBe(true);
    }
    const rows = all.flatMap(ledgerOf);
    expect(rows.find(({ part }) => part.includes("label-code"))).toMatchObject({ params: 320, macs: 320 });
  });

  it.each(
    all
      .filter(({ name }) => name.startsWith("separation-") || name.startsWith("digital"))
      .map((b) => [b.name, b] as const),
  )("%s says which output of the device it lacks", async (_name, baseline) => {
    const labelsAlone = { predictions: device.predictions, numClasses: NUM_CLASSES };
    await expect(baseline.prepare(labelsAlone)).rejects.toThrow(
      expect.objectContaining({ code: "missing-output" }),
    );
  });
});
