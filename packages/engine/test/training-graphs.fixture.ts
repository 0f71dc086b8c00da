// SPDX-License-Identifier: Apache-2.0
import type { Build, Layer, NamedTensors, Runtime, Tensor, TrainStep } from "../src/index.ts";
import {
  adamW,
  add,
  BatchNorm,
  buildTrainStep,
  Conv2d,
  crossEntropy,
  gelu,
  globalAveragePool,
  input,
  LayerNorm,
  Linear,
  mean,
  relu,
  rngFrom,
  SelfAttention,
  sgd,
  Trainer,
} from "../src/index.ts";

const BATCH = 8;
const NUM_CLASSES = 5;
const NUM_STEPS = 20;
const NUM_BATCHES = 4;

/** Full, depthwise and strided convolution, each with batch norm or bias, on images of 12 × 12. */
class ConvNetwork implements Layer {
  readonly stem = new Conv2d({ inChannels: 3, outChannels: 16, kernelSize: 3, padding: 1, bias: false });
  readonly stemNorm = new BatchNorm({ numFeatures: 16 });
  readonly depthwise = new Conv2d({
    inChannels: 16,
    outChannels: 16,
    kernelSize: 3,
    padding: 1,
    groups: 16,
  });
  readonly strided = new Conv2d({
    inChannels: 16,
    outChannels: 24,
    kernelSize: 3,
    stride: 2,
    padding: 1,
    bias: false,
  });
  readonly stridedNorm = new BatchNorm({ numFeatures: 24 });
  readonly head = new Linear({ inFeatures: 24, outFeatures: NUM_CLASSES });

  forward(build: Build, images: Tensor): Tensor {
    const stem = relu(build.apply(this.stemNorm, build.apply(this.stem, images)));
    const mixed = build.apply(this.strided, build.apply(this.depthwise, stem));
    return build.apply(this.head, globalAveragePool(relu(build.apply(this.stridedNorm, mixed))));
  }
}

/** A pre-norm transformer block between two linear layers, on 9 tokens. */
class TokenNetwork implements Layer {
  readonly embed = new Linear({ inFeatures: 12, outFeatures: 16 });
  readonly attentionNorm = new LayerNorm({ numFeatures: 16 });
  readonly attention = new SelfAttention({ width: 16, numHeads: 2 });
  readonly hiddenNorm = new LayerNorm({ numFeatures: 16 });
  readonly expand = new Linear({ inFeatures: 16, outFeatures: 32 });
  readonly contract = new Linear({ inFeatures: 32, outFeatures: 16 });
  readonly head = new Linear({ inFeatures: 16, outFeatures: NUM_CLASSES });

  forward(build: Build, tokens: Tensor): Tensor {
    const x = build.apply(this.embed, tokens); // [batch, 9, 16]
    const attended = add(x, build.apply(this.attention, build.apply(this.attentionNorm, x)));
    const hidden = gelu(build.apply(this.expand, build.apply(this.hiddenNorm, attended)));
    return build.apply(this.head, mean(add(attended, build.apply(this.contract, hidden)), { axes: [1] }));
  }
}

interface TrainingGraph {
  readonly itemShape: readonly number[];
  readonly learningRate: number;
  readonly network: () => Layer;
  readonly optimizer: TrainStep["optimizer"];
}

// The networks that must train alike on every backend.
const TRAINING_GRAPHS = {
  "a CNN by SGD with momentum": {
    itemShape: [3, 12, 12],
    learningRate: 0.05,
    network: () => new ConvNetwork(),
    optimizer: sgd({ momentum: 0.9, weightDecay: 5e-4 }),
  },
  "a transformer block by AdamW": {
    itemShape: [9, 12],
    learningRate: 3e-3,
    network: () => new TokenNetwork(),
    optimizer: adamW({ weightDecay: 0.05 }),
  },
} as const satisfies Readonly<Record<string, TrainingGraph>>;

/** Network and optimizer; the name reads well after "trains". */
export type TrainingGraphName = keyof typeof TRAINING_GRAPHS;

/** Both of them. */
export const TRAINING_GRAPH_NAMES: readonly TrainingGraphName[] = [
  "a CNN by SGD with momentum",
  "a transformer block by AdamW",
];

/** Losses of 20 steps on four batches in turn, so that they fall; weights and batches are the same wherever it runs. */
export async function trainingLosses(runtime: Runtime, name: TrainingGraphName): Promise<number[]> {
  const graph: TrainingGraph = TRAINING_GRAPHS[name];
  const model = graph.network();
  const step = buildTrainStep({
    model,
    objective: (build) => {
      const x = input("x", ["batch", ...graph.itemShape]);
      return { loss: crossEntropy(build.apply(model, x), input("labels", ["batch"], "int32")) };
    },
    optimizer: graph.optimizer,
  });
  const trainer = await Trainer.create(step, { runtime, rng: rngFrom(7), binding: { batch: BATCH } });
  const losses: number[] = [];
  while (losses.length < NUM_STEPS) {
    const { loss } = await trainer.run(
      batchOf(graph.itemShape, losses.length % NUM_BATCHES),
      graph.learningRate,
    );
    losses.push(loss!);
  }
  await trainer.release();
  return losses;
}

function batchOf(itemShape: readonly number[], index: number): NamedTensors {
  const rng = rngFrom(11).fold(index);
  const shape = [BATCH, ...itemShape];
  const size = shape.reduce((product, dim) => product * dim, 1);
  return {
    x: { dtype: "float32", shape, data: rng.fold("x").normal(size) },
    labels: {
      dtype: "int32",
      shape: [BATCH],
      data: Int32Array.from(rng.fold("labels").integers(BATCH, NUM_CLASSES)),
    },
  };
}
