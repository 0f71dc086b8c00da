// SPDX-License-Identifier: Apache-2.0
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { constantSchedule } from "../../optim/index.ts";
import { readSafetensors } from "../../files/safetensors-file.ts";
import { fileCheckpoints } from "../file-checkpoints.ts";
import { fit } from "../fit.ts";
import type { ShardCase } from "./shards.fixture.ts";
import { shardData, shardTrainer, stateOf } from "./shards.fixture.ts";

const STEPS = 6;

interface Run {
  readonly trainer: ShardCase["trainer"];
  readonly stopAt?: number;
  readonly cores?: () => number;
}

/** Trains to the end or to where it is stopped, with a checkpoint, and gives the last state. */
async function run(path: string, { trainer, stopAt, cores }: Run): Promise<ReturnType<typeof stateOf>> {
  const made = await shardTrainer({ step: { averageDecay: 0.9, clipNorm: 0.05 }, trainer: { ...trainer } });
  const stop = new AbortController();
  const options = {
    trainer: made,
    totalSteps: STEPS,
    schedule: constantSchedule(0.02),
    batch: (step: number) => {
      if (step === stopAt) stop.abort(new Error("stopped"));
      return shardData(step);
    },
    checkpoints: fileCheckpoints(join(path, "checkpoint.safetensors"), join(path, "metrics.jsonl")),
    logEvery: 4,
    signal: stop.signal,
    ...(cores ? { cores } : {}),
  };
  try {
    if (stopAt === undefined) await fit(options);
    else await expect(fit(options)).rejects.toThrow("stopped");
    return stateOf(made);
  } finally {
    await made.release();
  }
}

describe("a run of several shards", () => {
  let folder: string;
  const folderOf = async (name: string): Promise<string> => {
    const path = join(folder, name);
    await mkdir(path);
    return path;
  };
  const metricsIn = (path: string): Promise<string> => readFile(join(path, "metrics.jsonl"), "utf8");
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "semlink-shards-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("stopped and started again on other cores ends with the bits of one that was not", async () => {
    const [whole, parts] = [await folderOf("whole"), await folderOf("parts")];
    const uninterrupted = await run(whole, { trainer: { shards: 2 } });
    await run(parts, { trainer: { shards: 2, cores: 2 }, stopAt: 3 });
    const { metadata } = await readSafetensors(join(parts, "checkpoint.safetensors"));
    expect(metadata).toMatchObject({ step: "4", shards: "2" });
    expect(await run(parts, { trainer: { shards: 2 } })).toEqual(uninterrupted);
    expect(await metricsIn(parts)).toBe(await metricsIn(whole));
  });

  it("gets and gives cores between steps without a change of bits", async () => {
    const [fixed, changing] = [await folderOf("fixed"), await folderOf("changing")];
    const expected = await run(fixed, { trainer: { shards: 4 } });
    const offered = [1, 2, 2, 3, 1, 2];
    const cores = (): number => offered.shift()!;
    expect(await run(changing, { trainer: { shards: 4 }, cores })).toEqual(expected);
    expect(offered).toEqual([]);
    expect(await metricsIn(changing)).toBe(await metricsIn(fixed));
  });

  it("does not go on with another number of shards", async () => {
    const path = await folderOf("other");
    await run(path, { trainer: { shards: 2 }, stopAt: 3 });
    for (const shards of [1, 4]) {
      await expect(run(path, { trainer: { shards } })).rejects.toThrow(
        new RegExp(`expected a state of ${shards} shards, got one of 2 .*set shards to that of the state`),
      );
    }
  });
});
