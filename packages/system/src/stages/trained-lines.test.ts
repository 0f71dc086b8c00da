// SPDX-License-Identifier: Apache-2.0
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tinyCard } from "../link/link-card.fixture.ts";
import type { LineCard } from "../link/node/link-folder.ts";
import { type Experiment, parseExperiment } from "../experiment.ts";
import type { LearnedLineSpec } from "../lines/learned/line-spec.ts";
import type { Artifact } from "../run/inputs.ts";
import { eachTempFolder } from "../temp-folder.fixture.ts";
import { STORE_FOLDER, type OpenRun } from "./open-run.ts";
import {
  checkOtherRuns,
  decidingLine,
  linesOfRun,
  noteLines,
  type OtherLine,
  startsFromControl,
} from "./trained-lines.ts";

const folder = eachTempFolder();
const DATA = "0123456789abcdef";
const storeFolder = (): string => join(folder(), STORE_FOLDER);
const otherRun = (): string => join(folder(), "other");

/** A trained line in the store, as its stage leaves it. */
async function trained(line: string, lengths: readonly number[] = [2, 4]): Promise<Artifact<LineCard>> {
  const value: LineCard = { card: tinyCard({ line, lengths }), role: "link", ledger: [] };
  const path = join(storeFolder(), `line-${line}`);
  await mkdir(join(path, "link"), { recursive: true });
  await writeFile(join(path, "line.json"), JSON.stringify(value));
  for (const part of ["transmitter", "receiver"])
    await writeFile(join(path, "link", `${part}.onnx`), `${line} ${part}`);
  return { artifact: `key of ${line}`, value };
}

/** The part of a run that knows where artifacts lie. */
function runAt(path: string): OpenRun {
  return {
    folder: path,
    folderOf: ({ artifact }: { readonly artifact: string }) =>
      join(storeFolder(), artifact.replace("key of ", "line-")),
    external: (artifact: string) => ({ artifact }),
  } as unknown as OpenRun;
}

async function note(...lines: readonly Artifact<LineCard>[]): Promise<void> {
  await mkdir(otherRun(), { recursive: true });
  await noteLines(runAt(otherRun()), { data: DATA, trained: lines });
}

function linesHere(numSymbols = 4, data = DATA): Promise<OtherLine[]> {
  return linesOfRun(otherRun(), runAt(join(folder(), "this")), { data, numSymbols });
}

const refused = (code: string): Error => expect.objectContaining({ code }) as Error;

describe("noteLines", () => {
  it("lays the two halves of each link into the folder of the run, under the id of the line", async () => {
    await note(await trained("cat"), await trained("deep-jscc"));
    const links = join(otherRun(), "links");
    expect((await readdir(links)).toSorted()).toEqual(
      ["cat", "deep-jscc"].flatMap((line) => [`${line}.receiver.onnx`, `${line}.transmitter.onnx`]),
    );
    expect(await readFile(join(links, "cat.receiver.onnx"), "utf8")).toBe("cat receiver");
  });
});

describe("decidingLine", () => {
  const specs = (...names: string[]): LearnedLineSpec[] =>
    names.map((line) => ({ id: line, line, version: 1, settings: {} }));
  const asking = (...baselines: string[]): Experiment =>
    parseExperiment({ name: "this", evaluate: { baselines } }, "test");

  it("is the first whose device answers by itself, wherever it stands", () => {
    expect(decidingLine(asking("label-code"), specs("deep-jscc", "film-mlp", "cat"))).toBe(1);
    expect(decidingLine(asking("label-code"), specs("cat", "deep-jscc"))).toBe(0);
  });

  it("refuses lines that send a decision where no device decides, before anything is trained", () => {
    expect(() => decidingLine(asking("label-code"), specs("deep-jscc"))).toThrow(refused("missing-output"));
    expect(decidingLine(asking(), specs("deep-jscc"))).toBe(0);
  });
});

describe("checkOtherRuns", () => {
  const against = (...folders: string[]): Experiment =>
    parseExperiment({ name: "this", evaluate: { matrix: { against: folders, numSymbols: 4 } } }, "test");

  it("refuses a run that is not there, and lets one be held against itself before it has lines", async () => {
    const here = runAt(join(folder(), "this"));
    await expect(checkOtherRuns(against(otherRun()), here, DATA)).rejects.toThrow(refused("missing-run"));
    await note(await trained("cat"));
    await checkOtherRuns(against(otherRun(), join(folder(), "this")), here, DATA);
    await expect(checkOtherRuns(against(otherRun()), here, "0".repeat(16))).rejects.toThrow(
      refused("other-data"),
    );
  });
});

describe("linesOfRun", () => {
  it("finds every trained line of a run with its card, under the name of the run", async () => {
    const lines = [await trained("cat"), await trained("film-mlp")];
    await note(...lines);
    expect(await linesHere()).toEqual(
      lines.map(({ artifact, value }) => ({ run: "other", ref: { artifact }, card: value })),
    );
  });

  it("refuses a run on other data, since its test images would be others", async () => {
    await note(await trained("cat"));
    await expect(linesHere(4, "fedcba9876543210")).rejects.toThrow(
      /expected data fedcba9876, got data 0123456789/,
    );
    await expect(linesHere(4, "fedcba9876543210")).rejects.toThrow(refused("other-data"));
  });

  it("refuses a length that the run does not have", async () => {
    await note(await trained("cat"), await trained("film-mlp", [2]));
    await expect(linesHere(4)).rejects.toThrow(refused("unknown-length"));
    expect((await linesHere(2)).length).toBe(2);
  });

  it("says which line is not in the store any more", async () => {
    await note(await trained("cat"));
    await rm(storeFolder(), { recursive: true });
    await expect(linesHere()).rejects.toThrow(refused("missing-line"));
    await expect(linesHere()).rejects.toThrow(/trained line cat/);
  });

  it("names the folder that is no run, or one of an earlier version", async () => {
    const missing = expect.objectContaining({
      code: "missing-run",
      where: join(otherRun(), "lines.json"),
    }) as Error;
    await expect(linesHere()).rejects.toThrow(missing);
    await mkdir(otherRun());
    await writeFile(join(otherRun(), "lines.json"), `{"lines":[]}`);
    await expect(linesHere()).rejects.toThrow(missing);
  });
});

describe("startsFromControl", () => {
  it("is so for lines that never meet the teacher", () => {
    const spec: LearnedLineSpec = { id: "a", line: "cat", version: 1, settings: {} };
    expect(["cat", "film-mlp", "deep-jscc"].map((line) => startsFromControl({ ...spec, line }))).toEqual([
      false,
      false,
      true,
    ]);
  });
});
