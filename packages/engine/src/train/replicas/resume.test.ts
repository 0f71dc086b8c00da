// SPDX-License-Identifier: Apache-2.0
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { constantSchedule } from "../../optim/index.ts";
import { readSafetensors } from "../../files/safetensors-file.ts";
import { fit } from "../fit.ts";
import type { ReplicaCase } from "./replicas.fixture.ts";
import { replicaData, replicaTrainer, stateOf } from "./replicas.fixture.ts";

const STEPS = 6;

/** Trains to the end or to where it is stopped, with a checkpoint, and gives the last state. */
async function run(
  path: string,
  trainer: ReplicaCase["trainer"],
  stopAt?: number,
): Promise<{ state: ReturnType<typeof stateOf>; replicas: number | null }> {
  const made = await replicaTrainer({
    step: { averageDecay: 0.9, clipNorm: 0.05 },
    trainer: { ...trainer },
  });
  const stop = new AbortController();
  const options = {
    trainer: made,
    totalSteps: STEPS,
    schedule: constantSchedule(0.02),
    batch: (step: number) => {
      if (step === stopAt) stop.abort(new Error("stopped"));
      return replicaData(step);
    },
    checkpoint: { path: join(path, "checkpoint.safetensors"), metricsPath: join(path, "metrics.jsonl") },
    logEvery: 4,
    signal: stop.signal,
  };
  try {
    if (stopAt === undefined) await fit(options);
    else await expect(fit(options)).rejects.toThrow("stopped");
    return { state: stateOf(made), replicas: made.replicas };
  } finally {
    await made.release();
  }
}

describe("a run of two replicas", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "semlink-replicas-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("stopped and started again ends with the bits of one that was not, also when told to choose", async () => {
    const [whole, parts] = [join(folder, "whole"), join(folder, "parts")];
    for (const path of [whole, parts]) await mkdir(path);
    const uninterrupted = await run(whole, { replicas: 2 });
    await run(parts, { replicas: 2 }, 3);
    const { metadata } = await readSafetensors(join(parts, "checkpoint.safetensors"));
    expect(metadata).toMatchObject({ step: "4", replicas: "2" });

    const notices: string[] = [];
    const resumed = await run(parts, { replicas: "auto", onNotice: (line) => notices.push(line) });
    expect(notices).toEqual([]); // the checkpoint has the choice
    expect(resumed).toEqual(uninterrupted);
    const metrics = (path: string): Promise<string> => readFile(join(path, "metrics.jsonl"), "utf8");
    expect(await metrics(parts)).toBe(await metrics(whole));
  });

  it("has the bits of the number that it chose, whatever that was", async () => {
    const notices: string[] = [];
    const [chosen, fixed] = [join(folder, "chosen"), join(folder, "fixed")];
    for (const path of [chosen, fixed]) await mkdir(path);
    const measured = await run(chosen, { replicas: "auto", onNotice: (line) => notices.push(line) });
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain(`replicas: ${measured.replicas!};`);
    expect(await run(fixed, { replicas: measured.replicas! })).toEqual(measured);
  });
});
