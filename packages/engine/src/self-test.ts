// SPDX-License-Identifier: Apache-2.0
import { describeError, SemlinkError } from "./errors.ts";
import { input } from "./graph/leaves.ts";
import type { Tensor } from "./graph/tensor.ts";
import type { Build, Layer } from "./nn/index.ts";
import { BatchNorm, Conv2d, Linear } from "./nn/index.ts";
import { crossEntropy, mean, relu } from "./ops/index.ts";
import { sgd } from "./optim/index.ts";
import type { Rng } from "./random/index.ts";
import { rngFrom } from "./random/index.ts";
import type { NamedTensors, Runtime } from "./runtime/runtime.ts";
import type { TrainStep } from "./train/index.ts";
import { buildTrainStep, Trainer } from "./train/index.ts";

/** Outcome of {@link selfTest}. */
export interface SelfTest {
  /** Whether every loss is the expected one, up to the tolerance. */
  readonly ok: boolean;
  readonly losses: readonly number[];
  readonly expected: readonly number[];
  /** Largest absolute difference; infinite when a loss is not a number. */
  readonly maxDifference: number;
}

// Made with the standard kernels in float32; the tolerance covers other orders of summation.
const EXPECTED_LOSSES: readonly number[] = [2.1370687, 2.0555174, 1.9186751];
const TOLERANCE = 1e-4;

const BATCH = 8;
const CHANNELS = 16;
const SIZE = 8;
const NUM_CLASSES = 10;

/** What decides the losses beside the network and its batch. */
export const SELF_TEST: { readonly rng: Rng; readonly learningRate: number } = {
  rng: rngFrom(1),
  learningRate: 0.05,
};

/**
 * Trains a tiny network for three steps on one batch and compares the losses with stored ones: wrong convolutions, gradients,
 * statistics, optimizer or random numbers all change the second or the third.
 *
 * The sizes are multiples of the channel blocks, so that blocked kernels are used where the runtime has them.
 */
export async function selfTest(runtime: Runtime): Promise<SelfTest> {
  const trainer = await Trainer.create(selfTestStep(), {
    runtime,
    rng: SELF_TEST.rng,
    binding: { batch: BATCH },
    session: { intraOpThreads: 1 },
  });
  try {
    const batch = selfTestBatch();
    const losses: number[] = [];
    while (losses.length < EXPECTED_LOSSES.length && losses.every(Number.isFinite)) {
      losses.push(await lossOfStep(trainer, batch));
    }
    return compare(losses, EXPECTED_LOSSES);
  } finally {
    await trainer.release();
  }
}

/**
 * Lets a runtime pass only when its {@link selfTest} does.
 *
 * @throws SemlinkError `backend-wrong-results` when the losses are others, `session-failed` or `run-failed` when the
 * training step does not run at all
 */
export async function verifyRuntime(runtime: Runtime): Promise<void> {
  const { ok, losses, expected } = await selfTest(runtime);
  if (ok) return;
  throw new SemlinkError({
    code: "backend-wrong-results",
    where: `${runtime.name}, ${runtime.executionProvider}, ${runtime.kernels.name} kernels`,
    expected: `losses ${expected.join(", ")}`,
    actual: losses.join(", "),
    hint: "it computes something else on this machine; use another execution provider and report this",
  });
}

/** Loss of the next step; NaN where the trainer refuses one that is not finite. */
async function lossOfStep(trainer: Trainer, batch: NamedTensors): Promise<number> {
  try {
    return (await trainer.run(batch, SELF_TEST.learningRate))["loss"]!;
  } catch (error) {
    if (describeError(error).code === "loss-not-finite") return Number.NaN;
    throw error;
  }
}

/** The step that {@link selfTest} repeats. */
export function selfTestStep(): TrainStep {
  const network = new SelfTestNetwork();
  return buildTrainStep({
    model: network,
    objective: (build) => {
      const images = input("images", ["batch", CHANNELS, SIZE, SIZE]);
      const labels = input("labels", ["batch"], "int32");
      return { loss: crossEntropy(build.apply(network, images), labels) };
    },
    optimizer: sgd({ momentum: 0.9 }),
  });
}

/** The images and labels of every step. */
export function selfTestBatch(): NamedTensors {
  const rng = SELF_TEST.rng.fold("batch");
  const images = rng.fold("images").normal(BATCH * CHANNELS * SIZE * SIZE);
  const labels = Int32Array.from(rng.fold("labels").integers(BATCH, NUM_CLASSES));
  return {
    images: { dtype: "float32", shape: [BATCH, CHANNELS, SIZE, SIZE], data: images },
    labels: { dtype: "int32", shape: [BATCH], data: labels },
  };
}

/** Losses beside the expected ones. */
function compare(losses: readonly number[], expected: readonly number[]): SelfTest {
  const differences = losses.map((loss, step) => Math.abs(loss - expected[step]!));
  const maxDifference = Math.max(...differences.map((value) => (Number.isNaN(value) ? Infinity : value)));
  return { ok: maxDifference <= TOLERANCE, losses, expected, maxDifference };
}

/** Every kernel that training convolutional networks rests on: full, strided and depthwise convolution, statistics. */
class SelfTestNetwork implements Layer {
  readonly full = new Conv2d({
    inChannels: CHANNELS,
    outChannels: 32,
    kernelSize: 3,
    padding: "same",
    bias: false,
  });
  readonly norm = new BatchNorm({ numFeatures: 32 });
  readonly depthwise = new Conv2d({
    inChannels: 32,
    outChannels: 32,
    kernelSize: 3,
    padding: 1,
    groups: 32,
  });
  readonly strided = new Conv2d({ inChannels: 32, outChannels: 32, kernelSize: 3, stride: 2, padding: 1 });
  readonly head = new Linear({ inFeatures: 32, outFeatures: NUM_CLASSES });

  forward(build: Build, images: Tensor): Tensor {
    const full = relu(build.apply(this.norm, build.apply(this.full, images)));
    const strided = relu(build.apply(this.strided, build.apply(this.depthwise, full)));
    return build.apply(this.head, mean(strided, { axes: [2, 3] })); // [batch, numClasses]
  }
}
