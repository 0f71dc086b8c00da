// SPDX-License-Identifier: Apache-2.0
import type { Build, Layer, Tensor } from "@semlink/engine";
import {
  BatchNorm,
  Conv2d,
  dirac,
  gelu,
  globalMaxPool,
  kaimingUniform,
  Linear,
  maxPool2d,
  mul,
  valuesInit,
} from "@semlink/engine";

export interface AirbenchOptions {
  readonly inChannels: number;
  /** [numFilters, 2, 2, inChannels] fixed first filters, from `whiteningFilters` of the training images. */
  readonly whitening: Float32Array;
  /** Channels of the three groups. */
  readonly widths: readonly [number, number, number];
  readonly numClasses: number;
}

const LOGIT_SCALE = 1 / 9;

/** conv, max-pool 2, norm, GELU, conv, norm, GELU. */
class Group implements Layer {
  readonly first: Conv2d;
  readonly firstNorm: BatchNorm;
  readonly second: Conv2d;
  readonly secondNorm: BatchNorm;

  constructor(inChannels: number, outChannels: number) {
    const window = { kernelSize: 3, padding: "same", bias: false, init: dirac() } as const;
    this.first = new Conv2d({ inChannels, outChannels, ...window });
    this.firstNorm = new BatchNorm({ numFeatures: outChannels });
    this.second = new Conv2d({ inChannels: outChannels, outChannels, ...window });
    this.secondNorm = new BatchNorm({ numFeatures: outChannels });
  }

  forward(build: Build, x: Tensor): Tensor {
    const pooled = maxPool2d(build.apply(this.first, x), { kernelSize: 2, stride: 2, padding: 0 });
    const activated = gelu(build.apply(this.firstNorm, pooled));
    return gelu(build.apply(this.secondNorm, build.apply(this.second, activated)));
  }
}

/** What a teacher says of a batch. */
export interface TeacherOutputs {
  /** [batch, embedDim] */
  readonly embedding: Tensor;
  /** [batch, numClasses] */
  readonly logits: Tensor;
}

/**
 * Fast CIFAR-10 teacher: fixed whitening filters, three convolution groups, global max-pool, linear head with logits
 * scaled by 1/9. `[batch, inChannels, 32, 32] →` embedding and logits.
 *
 * @source Jordan 2024 (airbench), arXiv 2404.00498
 * @differs normalisation has a weight and keeps 0.9 of its running values; the learning rates of biases are not
 * raised; averages of the weights take the place of lookahead: a plain recipe that any optimizer can train
 */
export class AirbenchCnn implements Layer<[images: Tensor], TeacherOutputs> {
  readonly whiten: Conv2d;
  readonly groups: readonly Group[];
  readonly head: Linear;

  constructor({ inChannels, whitening, widths, numClasses }: AirbenchOptions) {
    const numFilters = whitening.length / (4 * inChannels);
    this.whiten = new Conv2d({
      inChannels,
      outChannels: numFilters,
      kernelSize: 2,
      init: valuesInit(whitening),
    });
    this.groups = widths.map(
      (width, index) => new Group(index === 0 ? numFilters : widths[index - 1]!, width),
    );
    this.head = new Linear({
      inFeatures: widths[2],
      outFeatures: numClasses,
      bias: false,
      init: kaimingUniform(),
    });
  }

  forward(build: Build, images: Tensor): TeacherOutputs {
    let x = gelu(build.apply(this.whiten, images));
    for (const group of this.groups) x = build.apply(group, x);
    const embedding = globalMaxPool(x);
    return { embedding, logits: mul(build.apply(this.head, embedding), LOGIT_SCALE) };
  }

  /** Weight of the whole map from embedding to logits, scale included: [numClasses, embedDim]. */
  headWeight(weights: ReadonlyMap<string, Float32Array>): Float32Array {
    return weights.get(this.head.weight.name)!.map((value) => value * LOGIT_SCALE);
  }
}
