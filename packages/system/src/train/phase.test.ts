// SPDX-License-Identifier: Apache-2.0
import { constantSchedule, input, Linear, mean, nameTree, rngFrom, sgd, square, sub } from "@semlink/engine";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ProgressEvent } from "../run/progress.ts";
import { eachTempFolder } from "../temp-folder.fixture.ts";
import { placeInFolders } from "./training-place.fixture.ts";
import { type Phase, trainPhase, type TrainingPlace } from "./phase.ts";
import { watchedRuntime, type WatchedRuntime } from "./watched-runtime.fixture.ts";

const folder = eachTempFolder();
const WIDTH = 3;
const BATCH = 4;

/** A linear layer that learns to double its input. */
function doubling(changes: Partial<Phase> = {}): Phase {
  const network = { layer: new Linear({ inFeatures: WIDTH, outFeatures: WIDTH }) };
  nameTree(network);
  const rng = rngFrom(1).fold("phase");
  return {
    name: "doubling",
    network,
    batchSize: BATCH,
    shards: 1,
    totalSteps: 8,
    rng,
    objective: (build) => {
      const x = input("x", ["batch", WIDTH]);
      return { loss: mean(square(sub(build.apply(network.layer, x), input("y", ["batch", WIDTH])))) };
    },
    optimizer: sgd({ momentum: 0.9, nesterov: true, weightDecay: 0 }),
    schedule: constantSchedule(0.05),
    prepare: () =>
      Promise.resolve((step) => {
        const x = rng
          .fold("x")
          .fold(step)
          .normal(BATCH * WIDTH);
        const shape = [BATCH, WIDTH];
        return {
          x: { dtype: "float32", shape, data: x },
          y: { dtype: "float32", shape, data: x.map((value) => 2 * value) },
        };
      }),
    ...changes,
  };
}

function placeOf({ runtime, signal }: WatchedRuntime, events: ProgressEvent[] = []): TrainingPlace {
  const report = (event: ProgressEvent): void => void events.push(event);
  return placeInFolders({ runtime, signal, report }, (name) => join(folder(), name));
}

const kept = new Map([["elsewhere.weight", Float32Array.of(7)]]);

describe("trainPhase", () => {
  it("trains, reports under the phase's name, and adds its weights to those it started with", async () => {
    const watched = await watchedRuntime();
    const events: ProgressEvent[] = [];
    const weights = await trainPhase(doubling(), kept, placeOf(watched, events));
    expect(watched.numSteps()).toBe(8);
    expect(events.at(-1)).toMatchObject({ stage: "doubling", done: 8, total: 8 });
    expect([...weights.keys()].sort()).toEqual(["elsewhere.weight", "layer.bias", "layer.weight"]);
    expect(weights.get("elsewhere.weight")).toEqual(Float32Array.of(7));
    expect((await readdir(join(folder(), "doubling"))).sort()).toEqual([
      "checkpoint.safetensors",
      "metrics.jsonl",
      "weights.safetensors",
    ]);
  });

  it("is over once it is finished: nothing is prepared or trained again", async () => {
    const weights = await trainPhase(doubling(), kept, placeOf(await watchedRuntime()));
    const again = await watchedRuntime();
    const prepare = (): never => expect.fail("prepared");
    expect(await trainPhase(doubling({ prepare }), kept, placeOf(again))).toEqual(weights);
    expect(again.numSteps()).toBe(0);
  });

  it("ends with the same bits when it is stopped on the way, and leaves no weights until then", async () => {
    const straight = await trainPhase(doubling({ name: "straight" }), kept, placeOf(await watchedRuntime()));
    const stopped = placeOf(await watchedRuntime(3));
    await expect(trainPhase(doubling(), kept, stopped)).rejects.toThrow("stopped by the test");
    expect(await stopped.phase("doubling").weights()).toBeNull();
    const rest = await watchedRuntime();
    expect(await trainPhase(doubling(), kept, placeOf(rest))).toEqual(straight);
    expect(rest.numSteps()).toBe(8 - 3);
  });

  it("starts from the weights that it is given, and leaves alone what is not trained", async () => {
    const start = new Map([...kept, ["layer.bias", Float32Array.of(1, 2, 3)]]);
    const phase = doubling({ isTrained: ({ name }) => name !== "layer.bias" });
    const weights = await trainPhase(phase, start, placeOf(await watchedRuntime()));
    expect(weights.get("layer.bias")).toEqual(Float32Array.of(1, 2, 3));
  });

  it("of no steps keeps what it starts from, draws the rest, and prepares nothing", async () => {
    const start = new Map([["layer.bias", Float32Array.of(1, 2, 3)]]);
    const prepare = (): never => expect.fail("prepared");
    const phase = doubling({ totalSteps: 0, prepare });
    const weights = await trainPhase(phase, start, placeOf(await watchedRuntime()));
    expect(weights.get("layer.bias")).toEqual(Float32Array.of(1, 2, 3));
    expect(weights.get("layer.weight")).toHaveLength(WIDTH * WIDTH);
  });

  it("keeps the running average of the weights where one is asked for, the last ones otherwise", async () => {
    const train = async (changes: Partial<Phase>): Promise<Float32Array> => {
      const phase = { ...doubling(), name: `decay ${changes.averageDecay}`, ...changes };
      return (await trainPhase(phase, kept, placeOf(await watchedRuntime()))).get("layer.weight")!;
    };
    const last = await train({});
    expect(await train({ averageDecay: 0 })).toEqual(last);
    expect(await train({ averageDecay: 0.9 })).not.toEqual(last);
  });

  it("pauses at its milestones and at its end, and those behind the last checkpoint are not met again", async () => {
    const met: number[] = [];
    const milestones = {
      every: 3,
      reached: (step: number): Promise<void> => {
        met.push(step);
        return Promise.resolve();
      },
    };
    const straight = await trainPhase(doubling({ name: "straight" }), kept, placeOf(await watchedRuntime()));
    const phase = doubling({ milestones });
    await expect(trainPhase(phase, kept, placeOf(await watchedRuntime(4)))).rejects.toThrow("stopped");
    expect(met).toEqual([3]);
    expect(await trainPhase(phase, kept, placeOf(await watchedRuntime()))).toEqual(straight);
    expect(met).toEqual([3, 6, 8]);
    await trainPhase(phase, kept, placeOf(await watchedRuntime()));
    expect(met).toEqual([3, 6, 8, 8]); // a finished phase shows its end alone
  });

  it("goes on from what another phase left, moments included, as if it were one", async () => {
    const place = placeOf(await watchedRuntime());
    const whole = await trainPhase(doubling(), kept, place);
    const first = await trainPhase(doubling({ name: "first", totalSteps: 5 }), kept, place);
    const second = doubling({
      name: "second",
      handOver: async () => {
        return { step: 5, state: (await place.phase("first").checkpoints.load())!.tensors };
      },
    });
    expect(await trainPhase(second, first, place)).toEqual(whole);
  });
});
