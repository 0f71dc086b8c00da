// SPDX-License-Identifier: Apache-2.0
import type { HostTensor } from "../../files/index.ts";
import { input } from "../../graph/index.ts";
import { Dropout, Embedding, Linear, Sequential } from "../../nn/index.ts";
import type { Layer } from "../../nn/index.ts";
import { add, mean, mse, square } from "../../ops/index.ts";
import type { Optimizer } from "../../optim/index.ts";
import { adamW } from "../../optim/index.ts";
import { rngFrom } from "../../random/index.ts";
import { nodeRuntime } from "../../runtime/node.ts";
import type { NamedTensors, Runtime } from "../../runtime/runtime.ts";
import type { TrainStepOptions } from "../train-step.ts";
import { buildTrainStep } from "../train-step.ts";
import type { TrainerOptions } from "../trainer.ts";
import { Trainer } from "../trainer.ts";

export const BATCH = 24;
const WIDTH = 5;
const NUM_WORDS = 3;

/** Dropout, and an embedding, whose indices can be wrong. */
export const dropoutNet = (inFeatures = WIDTH): Layer =>
  new Sequential(
    new Linear({ inFeatures, outFeatures: 8 }),
    new Dropout({ rate: 0.3 }),
    new Linear({ inFeatures: 8, outFeatures: 2 }),
  );

/** What a test changes of the training that the fixture makes. */
export interface ShardCase {
  readonly net?: Layer;
  readonly optimizer?: Optimizer;
  readonly step?: Partial<Pick<TrainStepOptions, "clipNorm" | "averageDecay" | "accumulate">>;
  readonly trainer?: Partial<Pick<TrainerOptions, "shards" | "cores" | "detectAnomaly">>;
  readonly runtime?: Runtime;
}

/** A trainer of `net(x) + embedding(word)` on targets `y`. */
export async function shardTrainer({
  net = dropoutNet(),
  optimizer = adamW({ weightDecay: 0.1 }),
  step,
  trainer,
  runtime,
}: ShardCase = {}): Promise<Trainer> {
  const model = { net, embedding: new Embedding({ numEmbeddings: NUM_WORDS, width: 2 }) };
  const numMicroBatches = step?.accumulate ?? 1;
  const trainStep = buildTrainStep({
    model,
    objective: (build) => {
      const word = build.apply(model.embedding, input("word", ["batch"], "int32"));
      const y = add(build.apply(net, input("x", ["batch", WIDTH])), word);
      return { loss: mse(y, input("y", ["batch", 2])), metrics: { power: mean(square(y)) } };
    },
    optimizer,
    ...step,
  });
  return Trainer.create(trainStep, {
    runtime: runtime ?? (await nodeRuntime({ intraOpThreads: 4 })),
    rng: rngFrom(5),
    binding: { batch: BATCH / numMicroBatches },
    session: { intraOpThreads: 1 },
    ...trainer,
  });
}

const floats = (shape: number[], data: Float32Array): HostTensor => ({ dtype: "float32", shape, data });

/** Data of a step in `parts` micro-batches; together always the same items. */
export function shardData(step: number, parts = 1): NamedTensors[] {
  const rng = rngFrom(1).fold(step);
  const x = rng.fold("x").normal(BATCH * WIDTH);
  const y = rng.fold("y").normal(BATCH * 2);
  const words = Int32Array.from(rng.fold("word").integers(BATCH, NUM_WORDS));
  const size = BATCH / parts;
  return Array.from({ length: parts }, (_, part) => ({
    x: floats([size, WIDTH], x.subarray(part * size * WIDTH, (part + 1) * size * WIDTH)),
    y: floats([size, 2], y.subarray(part * size * 2, (part + 1) * size * 2)),
    word: { dtype: "int32", shape: [size], data: words.subarray(part * size, (part + 1) * size) },
  }));
}

/** Metrics of steps `first` to `last - 1` at a learning rate of 0.02. */
export async function trainSteps(
  trainer: Trainer,
  last: number,
  first = 0,
): Promise<Readonly<Record<string, number>>[]> {
  const metrics = [];
  for (let step = first; step < last; step++)
    metrics.push(await trainer.run(shardData(step, trainer.numMicroBatches), 0.02));
  return metrics;
}

/** All values of the state by name, copied. */
export function stateOf(trainer: Trainer): Record<string, number[]> {
  return Object.fromEntries(
    [...trainer.state().tensors].map(([name, { data }]) => [name, Array.from(data as Float32Array)]),
  );
}
