// SPDX-License-Identifier: Apache-2.0
import { afterEach, describe, expect, it } from "vitest";
import { SemlinkError } from "../../errors.ts";
import type { HostTensor } from "../../files/index.ts";
import { BatchNorm, Linear, Sequential } from "../../nn/index.ts";
import { muon, sgd } from "../../optim/index.ts";
import { nodeRuntime } from "../../runtime/node.ts";
import { expectClose } from "../../testing/index.ts";
import type { Trainer } from "../trainer.ts";
import type { ReplicaCase } from "./replicas.fixture.ts";
import { BATCH, replicaData, replicaTrainer, stateOf, trainSteps } from "./replicas.fixture.ts";

const opened: Trainer[] = [];

async function trainerOf(options: ReplicaCase, replicas: number): Promise<Trainer> {
  const trainer = await replicaTrainer({ ...options, trainer: { ...options.trainer, replicas } });
  opened.push(trainer);
  return trainer;
}

afterEach(async () => {
  for (const trainer of opened.splice(0)) await trainer.release();
});

const codeOf = (code: string): unknown => expect.objectContaining({ code });

/** With the embedding of the fixture, two parameters. */
const twoParameters = new Linear({ inFeatures: 5, outFeatures: 2, bias: false });

describe("a step of several replicas", () => {
  it.each<[string, number, ReplicaCase]>([
    ["two, AdamW and averages", 2, { step: { averageDecay: 0.9 } }],
    ["two, with micro-batches, clipped", 2, { step: { clipNorm: 0.05, accumulate: 3, averageDecay: 0.9 } }],
    ["two, Muon on whole matrices", 2, { optimizer: muon({ others: sgd({ momentum: 0.9 }) }) }],
    ["more than there are parameters, clipped", 3, { net: twoParameters, step: { clipNorm: 0.05 } }],
  ])("is the step of one without batch norm, dropout included: %s", async (_name, replicas, options) => {
    const [one, several] = [await trainerOf(options, 1), await trainerOf(options, replicas)];
    const [expected, actual] = [await trainSteps(one, 5), await trainSteps(several, 5)];
    for (const [step, metrics] of expected.entries()) {
      expect(Object.keys(actual[step]!)).toEqual(Object.keys(metrics));
      for (const [name, value] of Object.entries(metrics))
        expectClose([actual[step]![name]!], [value], { relative: 1e-4, absolute: 0 }, `${name} ${step}`);
    }
    const [state, reference] = [stateOf(several), stateOf(one)];
    expect(Object.keys(state)).toEqual(Object.keys(reference));
    for (const [name, values] of Object.entries(reference))
      expectClose(state[name]!, values, { relative: 1e-3, absolute: 1e-5 }, name);
    expect(several.step).toBe(5);
  });

  it("has bits that depend on data, seed and the number of replicas alone", async () => {
    const options = { step: { clipNorm: 0.05, averageDecay: 0.9 } };
    const [a, b] = [await trainerOf(options, 2), await trainerOf(options, 2)];
    expect(await trainSteps(a, 4)).toEqual(await trainSteps(b, 4));
    expect(stateOf(a)).toEqual(stateOf(b));
  });

  it("goes on from the state of one replica, and one from that of several", async () => {
    const options = { step: { averageDecay: 0.9 } };
    const [one, two] = [await trainerOf(options, 1), await trainerOf(options, 2)];
    await trainSteps(one, 2);
    two.restore(one.state());
    expect(stateOf(two)).toEqual(stateOf(one));
    await trainSteps(two, 4, 2);
    one.restore(two.state());
    expect(stateOf(one)).toEqual(stateOf(two));
    expect(one.weights({ averaged: true })).toEqual(two.weights({ averaged: true }));
  });
});

describe("batch norm in several replicas", () => {
  it("averages the running statistics of the parts, each over its micro-batches", async () => {
    const net = new Sequential(
      new BatchNorm({ numFeatures: 5, momentum: 0.8 }),
      new Linear({ inFeatures: 5, outFeatures: 2 }),
    );
    const trainer = await trainerOf({ net, step: { accumulate: 2 } }, 2);
    const data = replicaData(0, 2);
    const rows = BATCH / 4;
    const variance = ({ data: values }: HostTensor, replica: number, column: number): number => {
      const own = Array.from({ length: rows }, (_, row) =>
        Number(values[(replica * rows + row) * 5 + column]),
      );
      const mean = own.reduce((sum, value) => sum + value, 0) / rows;
      return own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows;
    };
    const expected = Array.from({ length: 5 }, (_, column) => {
      const ofReplicas = [0, 1].map((replica) =>
        data.reduce((running, { x }) => 0.8 * running + 0.2 * variance(x!, replica, column), 1),
      );
      return (ofReplicas[0]! + ofReplicas[1]!) / 2;
    });
    await trainer.run(data, 0.01);
    const running = trainer.weights({ averaged: false }).get("net.layers.0.runningVar")!;
    expectClose(running, expected, { relative: 1e-4, absolute: 0 });
  });
});

describe("a failure in a replica", () => {
  const changed = (change: (x: Float32Array, word: Int32Array) => void): Record<string, HostTensor> => {
    const [data] = replicaData(0);
    const [x, word] = [
      (data!["x"]!.data as Float32Array).slice(),
      (data!["word"]!.data as Int32Array).slice(),
    ];
    change(x, word);
    return { ...data, x: { ...data!["x"]!, data: x }, word: { ...data!["word"]!, data: word } };
  };

  it("reaches the caller and leaves the state as it was, whichever replica it is in", async () => {
    const [failed, whole] = [await trainerOf({}, 2), await trainerOf({}, 2)];
    await trainSteps(failed, 1);
    const before = stateOf(failed);
    const faults: [string, Record<string, HostTensor>][] = [
      ["loss-not-finite", changed((x) => (x[0] = NaN))],
      ["loss-not-finite", changed((x) => (x[x.length - 1] = NaN))],
      ["run-failed", changed((_x, word) => (word[0] = 99))],
      ["run-failed", changed((_x, word) => (word[word.length - 1] = 99))],
    ];
    for (const [code, data] of faults) {
      await expect(failed.run(data, 0.1)).rejects.toThrow(codeOf(code));
      expect(stateOf(failed)).toEqual(before);
      expect(failed.step).toBe(1);
    }
    await trainSteps(failed, 3, 1);
    await trainSteps(whole, 3);
    expect(stateOf(failed)).toEqual(stateOf(whole));
  });

  it("is traced to the operator by detectAnomaly", async () => {
    const trainer = await trainerOf({ trainer: { detectAnomaly: true } }, 2);
    const poisoned = changed((x) => (x[x.length - 1] = NaN));
    await expect(trainer.run(poisoned, 0.1)).rejects.toThrow(/training step 0, input "x": expected a finite/);
  });

  it("is found in the new state of any shard by detectAnomaly", async () => {
    const inner = sgd();
    const broken = (name: string): ReplicaCase => ({
      optimizer: {
        ...inner,
        elementwise: () => null, // each parameter by itself
        update: (context) => {
          const { node } = context.param;
          const scale = node.kind === "param" && node.param.name === name ? 1e38 : 1;
          return inner.update({ ...context, policy: { learningRateScale: scale } });
        },
      },
      trainer: { detectAnomaly: true },
    });
    for (const name of ["net.layers.0.weight", "net.layers.2.weight"]) {
      const trainer = await trainerOf(broken(name), 2);
      const before = stateOf(trainer);
      await expect(trainer.run(replicaData(0), 1e6)).rejects.toThrow(codeOf("state-not-finite"));
      expect(stateOf(trainer)).toEqual(before);
    }
  });

  it("shows in whoever asks while a step is at work", async () => {
    const trainer = await trainerOf({}, 2);
    const running = trainer.run(replicaData(0), 0.1);
    expect(() => trainer.state()).toThrow(codeOf("step-in-progress"));
    await running;
    expect(trainer.state().step).toBe(1);
  });

  it("ends a step whose trainer is released", async () => {
    const trainer = await trainerOf({}, 2);
    const running = trainer.run(replicaData(0), 0.1);
    await Promise.allSettled([running, trainer.release()]); // the step may just have been done
    opened.splice(0);
    await expect(trainer.run(replicaData(0), 0.1)).rejects.toThrow(SemlinkError);
  });
});

describe("replicas are refused", () => {
  it.each([0, 1.5, -1])("%s of them", async (replicas) => {
    await expect(trainerOf({}, replicas)).rejects.toThrow(codeOf("replicas"));
  });

  it("for a batch without equal parts", async () => {
    await expect(trainerOf({}, 5)).rejects.toThrow(/expected a batch of 5 equal parts, got 12 items/);
  });

  it("by a runtime without threads", async () => {
    const { threads, ...runtime } = await nodeRuntime({ intraOpThreads: 4 });
    expect(threads?.cores).toBe(4);
    await expect(trainerOf({ runtime }, 2)).rejects.toThrow(codeOf("no-threads"));
    const one = await trainerOf({ runtime }, 1);
    expect(one.replicas).toBe(1);
  });

  it("when an input is missing, before any replica starts", async () => {
    const trainer = await trainerOf({}, 2);
    const { x, y } = replicaData(0)[0]!;
    await expect(trainer.run({ x: x!, y: y! }, 0.1)).rejects.toThrow(/a value for "word"/);
  });
});
