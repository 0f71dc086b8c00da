// SPDX-License-Identifier: Apache-2.0
import { afterEach, describe, expect, it } from "vitest";
import { SemlinkError } from "../../errors.ts";
import type { HostTensor } from "../../files/index.ts";
import { BatchNorm, Linear, Sequential } from "../../nn/index.ts";
import type { Layer } from "../../nn/index.ts";
import { adamW, muon, sgd } from "../../optim/index.ts";
import { nodeRuntime } from "../../runtime/node.ts";
import { expectClose } from "../../testing/index.ts";
import type { Trainer } from "../trainer.ts";
import type { ShardCase } from "./shards.fixture.ts";
import { BATCH, dropoutNet, shardData, shardTrainer, stateOf, trainSteps } from "./shards.fixture.ts";

const opened: Trainer[] = [];

async function trainerOf(options: ShardCase, shards: number, cores = 1): Promise<Trainer> {
  const trainer = await shardTrainer({ ...options, trainer: { ...options.trainer, shards, cores } });
  opened.push(trainer);
  return trainer;
}

afterEach(async () => {
  for (const trainer of opened.splice(0)) await trainer.release();
});

const codeOf = (code: string): unknown => expect.objectContaining({ code });

/** With the embedding of the fixture, two parameters. */
const twoParameters = new Linear({ inFeatures: 5, outFeatures: 2, bias: false });

/** Statistics of batches, which depend on the shards. */
const batchNormNet = (): Layer =>
  new Sequential(
    new Linear({ inFeatures: 5, outFeatures: 8 }),
    new BatchNorm({ numFeatures: 8 }),
    dropoutNet(8),
  );

const CASES: [string, ShardCase][] = [
  ["SGD", { optimizer: sgd({ momentum: 0.9, nesterov: true }) }],
  ["AdamW and averages", { step: { averageDecay: 0.9 } }],
  ["micro-batches, clipped", { step: { clipNorm: 0.05, accumulate: 3, averageDecay: 0.9 } }],
  ["Muon on whole matrices", { optimizer: muon({ others: sgd({ momentum: 0.9 }) }) }],
  ["fewer parameters than shards, clipped", { net: twoParameters, step: { clipNorm: 0.05 } }],
];

describe("a step of several shards", () => {
  it.each(CASES)("is the step of one without batch norm, dropout included: %s", async (_name, options) => {
    const [one, several] = [await trainerOf(options, 1), await trainerOf(options, 4)];
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
    expect([several.step, several.shards, several.cores]).toEqual([5, 4, 1]);
  });

  const everything = { net: batchNormNet(), step: { clipNorm: 0.05, averageDecay: 0.9 } };
  const withMicroBatches = { ...everything, step: { ...everything.step, accumulate: 3 } };
  const all: [string, ShardCase][] = [
    ...CASES,
    ["batch norm, clipped", everything],
    ["batch norm, micro-batches, clipped", withMicroBatches],
    ["Muon, clipped, averages", { ...everything, optimizer: muon({ others: adamW() }) }],
  ];

  it.each(all)("has the same bits on 1, 2, 3 and 4 cores: %s", async (_name, options) => {
    const first = await trainerOf(options, 4);
    const metrics = await trainSteps(first, 3);
    for (const cores of [2, 3, 4]) {
      const other = await trainerOf(options, 4, cores);
      expect(other.cores).toBe(cores);
      expect(await trainSteps(other, 3)).toEqual(metrics);
      expect(stateOf(other)).toEqual(stateOf(first));
    }
  });

  it.each(all.slice(-3))("has the same bits when cores come and go: %s", async (_name, options) => {
    const fixed = await trainerOf(options, 4);
    const changing = await trainerOf(options, 4);
    for (const [step, cores] of [1, 2, 4, 1, 3, 2].entries()) {
      await changing.useCores(cores);
      expect(changing.cores).toBe(cores);
      const metrics = await trainSteps(changing, step + 1, step);
      expect(metrics).toEqual(await trainSteps(fixed, step + 1, step));
      expect(stateOf(changing)).toEqual(stateOf(fixed));
    }
  });

  it("gets cores while a step is at work, and from there on uses them", async () => {
    const [fixed, growing] = [await trainerOf({}, 4), await trainerOf({}, 4)];
    const running = growing.run(shardData(0), 0.02);
    const ready = Promise.all([growing.useCores(3), growing.useCores(2)]);
    await running;
    await ready;
    expect(growing.cores).toBe(2);
    await trainSteps(growing, 3, 1);
    await trainSteps(fixed, 3);
    expect(stateOf(growing)).toEqual(stateOf(fixed));
  });

  it("never has more cores than shards, or than the runtime", async () => {
    const trainer = await trainerOf({}, 2, 4);
    expect(trainer.cores).toBe(2);
    const { threads, ...runtime } = await nodeRuntime({ intraOpThreads: 4 });
    expect(threads?.cores).toBe(4);
    const alone = await trainerOf({ runtime }, 2, 4); // without threads
    expect(alone.cores).toBe(1);
    await trainSteps(trainer, 2);
    await trainSteps(alone, 2);
    expect(stateOf(alone)).toEqual(stateOf(trainer));
    const single = await trainerOf({}, 1, 4);
    await single.useCores(2);
    expect(single.cores).toBe(1);
  });

  it("goes on from the state of other cores, and refuses that of other shards", async () => {
    const options = { step: { averageDecay: 0.9 } };
    const [one, two] = [await trainerOf(options, 2), await trainerOf(options, 2, 2)];
    await trainSteps(one, 2);
    two.restore(one.state());
    expect(stateOf(two)).toEqual(stateOf(one));
    await trainSteps(two, 4, 2);
    one.restore(two.state());
    expect(stateOf(one)).toEqual(stateOf(two));
    expect(one.weights({ averaged: true })).toEqual(two.weights({ averaged: true }));
    const other = await trainerOf(options, 4);
    expect(() => {
      other.restore(one.state());
    }).toThrow(/expected a state of 4 shards, got one of 2/);
    const { step, tensors } = one.state();
    other.restore({ step, tensors }); // values, whatever made them
    expect(stateOf(other)).toEqual(stateOf(one));
  });
});

describe("batch norm in several shards", () => {
  it("averages the running statistics of the shards, each over its micro-batches", async () => {
    const net = new Sequential(
      new BatchNorm({ numFeatures: 5, momentum: 0.8 }),
      new Linear({ inFeatures: 5, outFeatures: 2 }),
    );
    const trainer = await trainerOf({ net, step: { accumulate: 2 } }, 2);
    const data = shardData(0, 2);
    const rows = BATCH / 4;
    const variance = ({ data: values }: HostTensor, shard: number, column: number): number => {
      const own = Array.from({ length: rows }, (_, row) => Number(values[(shard * rows + row) * 5 + column]));
      const mean = own.reduce((sum, value) => sum + value, 0) / rows;
      return own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows;
    };
    const expected = Array.from({ length: 5 }, (_, column) => {
      const ofShards = [0, 1].map((shard) =>
        data.reduce((running, { x }) => 0.8 * running + 0.2 * variance(x!, shard, column), 1),
      );
      return (ofShards[0]! + ofShards[1]!) / 2;
    });
    await trainer.run(data, 0.01);
    const running = trainer.weights({ averaged: false }).get("net.layers.0.runningVar")!;
    expectClose(running, expected, { relative: 1e-4, absolute: 0 });
  });
});

describe("a failure in a shard", () => {
  const changed = (change: (x: Float32Array, word: Int32Array) => void): Record<string, HostTensor> => {
    const [data] = shardData(0);
    const [x, word] = [
      (data!["x"]!.data as Float32Array).slice(),
      (data!["word"]!.data as Int32Array).slice(),
    ];
    change(x, word);
    return { ...data, x: { ...data!["x"]!, data: x }, word: { ...data!["word"]!, data: word } };
  };

  it("reaches the caller and leaves the state as it was, whichever thread it is in", async () => {
    const [failed, whole] = [await trainerOf({}, 2, 2), await trainerOf({}, 2)];
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
    const trainer = await trainerOf({ trainer: { detectAnomaly: true } }, 2, 2);
    const poisoned = changed((x) => (x[x.length - 1] = NaN));
    await expect(trainer.run(poisoned, 0.1)).rejects.toThrow(/training step 0, input "x": expected a finite/);
  });

  it("is found in the new state of any part by detectAnomaly", async () => {
    const inner = sgd();
    const broken = (name: string): ShardCase => ({
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
      const trainer = await trainerOf(broken(name), 2, 2);
      const before = stateOf(trainer);
      await expect(trainer.run(shardData(0), 1e6)).rejects.toThrow(codeOf("state-not-finite"));
      expect(stateOf(trainer)).toEqual(before);
    }
  });

  it("shows in whoever asks while a step is at work", async () => {
    const trainer = await trainerOf({}, 2, 2);
    const running = trainer.run(shardData(0), 0.1);
    expect(() => trainer.state()).toThrow(codeOf("step-in-progress"));
    await running;
    expect(trainer.state().step).toBe(1);
  });

  it("ends a step whose trainer is released", async () => {
    const trainer = await trainerOf({}, 2, 2);
    const running = trainer.run(shardData(0), 0.1);
    await Promise.allSettled([running, trainer.release()]); // the step may just have been done
    opened.splice(0);
    await expect(trainer.run(shardData(0), 0.1)).rejects.toThrow(SemlinkError);
  });
});

describe("shards and cores are refused", () => {
  it.each([0, 1.5, -1])("%s of them", async (count) => {
    await expect(trainerOf({}, count)).rejects.toThrow(codeOf("shards"));
    await expect(trainerOf({}, 1, count)).rejects.toThrow(codeOf("cores"));
    await expect(trainerOf({}, 2, count)).rejects.toThrow(codeOf("cores"));
    for (const shards of [1, 2]) {
      const trainer = await trainerOf({}, shards);
      await expect(trainer.useCores(count)).rejects.toThrow(codeOf("cores"));
    }
  });

  it("for a batch without equal parts", async () => {
    await expect(trainerOf({}, 5)).rejects.toThrow(/expected a batch of 5 equal parts, got 24 items/);
  });

  it("when an input is missing, before any thread starts", async () => {
    const trainer = await trainerOf({}, 2, 2);
    const { x, y } = shardData(0)[0]!;
    await expect(trainer.run({ x: x!, y: y! }, 0.1)).rejects.toThrow(/a value for "word"/);
  });
});
