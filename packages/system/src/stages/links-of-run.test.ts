// SPDX-License-Identifier: Apache-2.0
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { channelKinds } from "../channel/channel-kinds.ts";
import { type CodecKind, defineExperiment, type Experiment } from "../experiment.ts";
import { eachTempFolder } from "../temp-folder.fixture.ts";
import { linksOfRun, type TestedLink } from "./links-of-run.ts";

const tempFolder = eachTempFolder();

const experiment = defineExperiment({ name: "other", codec: { channels: ["awgn"] } });
const DATA = "0123456789abcdef";

async function writeRun(resolved: Experiment = experiment): Promise<void> {
  await writeFile(join(tempFolder(), "resolved.json"), JSON.stringify({ experiment: resolved }));
}

/** A finished training as a stage records it. */
async function writeStage(
  kind: CodecKind,
  key: string,
  changes: { readonly finishedAt?: string; readonly inputs?: object } = {},
): Promise<void> {
  const { codec, robust, seed } = experiment;
  const inputs = { data: DATA, codec: { ...codec, kinds: [kind] }, robust, seed, channelKinds };
  const record = {
    ...{ key, finishedAt: changes.finishedAt ?? "2026-01-01T00:00:00.000Z" },
    inputs: { ...inputs, ...changes.inputs },
  };
  const folder = join(tempFolder(), `codec-${kind}-${key}`);
  await mkdir(folder);
  await writeFile(join(folder, "stage.json"), JSON.stringify(record));
}

function linksHere(numSymbols = 16): Promise<TestedLink[]> {
  return linksOfRun(tempFolder(), { dataDigest: DATA, numSymbols });
}

describe("linksOfRun", () => {
  it("finds a link for each codec, with the networks and channels that it was trained with", async () => {
    await writeRun();
    await writeStage("cat", "aaa");
    await writeStage("film-mlp", "bbb");
    const links = await linksHere();
    expect(links.map(({ kind, key, folder }) => [kind, key, folder])).toEqual([
      ["cat", "aaa", join(tempFolder(), "codec-cat-aaa")],
      ["film-mlp", "bbb", join(tempFolder(), "codec-film-mlp-bbb")],
    ]);
    expect(links[0]).toMatchObject({ student: experiment.student, codec: { channels: ["awgn"] } });
  });

  it("takes the newest of several trainings of the same codec", async () => {
    await writeRun({ ...experiment, codec: { ...experiment.codec, kinds: ["cat"] } });
    await writeStage("cat", "old");
    await writeStage("cat", "new", { finishedAt: "2026-02-01T00:00:00.000Z" });
    await writeStage("cat", "mid", { finishedAt: "2026-01-15T00:00:00.000Z" });
    expect((await linksHere()).map(({ key }) => key)).toEqual(["new"]);
  });

  it.each([
    ["another seed", { seed: 1 }],
    ["another codec", { codec: { ...experiment.codec, kinds: ["cat"], maxSymbols: 8 } }],
    ["other kinds of channels", { channelKinds: ["awgn"] }],
  ])("does not take a training with %s", async (_what, inputs) => {
    await writeRun({ ...experiment, codec: { ...experiment.codec, kinds: ["cat"] } });
    await writeStage("cat", "aaa", { inputs });
    await expect(linksHere()).rejects.toThrow(expect.objectContaining({ code: "missing-link" }));
  });

  it("passes over a training that has not finished", async () => {
    await writeRun({ ...experiment, codec: { ...experiment.codec, kinds: ["cat"] } });
    await mkdir(join(tempFolder(), "codec-cat-unfinished"));
    await writeStage("cat", "aaa");
    expect((await linksHere()).map(({ key }) => key)).toEqual(["aaa"]);
  });

  it("refuses a run on other data, since its test images would be others", async () => {
    await writeRun({ ...experiment, codec: { ...experiment.codec, kinds: ["cat"] } });
    await writeStage("cat", "aaa", { inputs: { data: "fedcba9876543210" } });
    await expect(linksHere()).rejects.toThrow(/expected data 0123456789, got data fedcba9876/);
  });

  it("refuses a length that the run does not have", async () => {
    await writeRun();
    await expect(linksHere(12)).rejects.toThrow(expect.objectContaining({ code: "unknown-length" }));
  });

  it("names the folder that is no run", async () => {
    await expect(linksHere()).rejects.toThrow(
      expect.objectContaining({ code: "missing-run", where: join(tempFolder(), "resolved.json") }),
    );
  });
});
