// SPDX-License-Identifier: Apache-2.0
import {
  add,
  BatchNorm,
  Conv2d,
  gelu,
  globalAveragePool,
  globalMaxPool,
  kaimingNormal,
  l2Normalize,
  LayerNorm,
  Linear,
  maxPool2d,
  ModulatedTransformerBlock,
  mul,
  relu,
} from "@semlink/engine";
import type { Build, Layer, Shape, Tensor } from "@semlink/engine";

/** A network of the engine with one output, and what it is fed. */
export interface EngineNetwork {
  readonly name: string;
  readonly network: Layer<[inputs: Readonly<Record<string, Tensor>>]>;
  readonly inputs: Readonly<Record<string, Shape>>;
}

type Inputs = Readonly<Record<string, Tensor>>;

const unit = { bias: false, padding: "same" } as const;

/** Strided and depthwise units with batch norm, a residual sum, a projector with batch norm. */
class ResidualCnn implements Layer<[inputs: Inputs]> {
  readonly reduce = new Conv2d({ inChannels: 3, outChannels: 8, kernelSize: 4, stride: 2, padding: 1 });
  readonly reduceNorm = new BatchNorm({ numFeatures: 8 });
  readonly refine = new Conv2d({ inChannels: 8, outChannels: 8, kernelSize: 3, groups: 8, ...unit });
  readonly refineNorm = new BatchNorm({ numFeatures: 8, epsilon: 1e-3 });
  readonly projector = new Linear({ inFeatures: 8, outFeatures: 6, bias: false });
  readonly projectorNorm = new BatchNorm({ numFeatures: 6 });

  forward(build: Build, { images }: Inputs): Tensor {
    const x = relu(build.apply(this.reduceNorm, build.apply(this.reduce, images!)));
    const y = add(x, relu(build.apply(this.refineNorm, build.apply(this.refine, x))));
    return build.apply(this.projectorNorm, build.apply(this.projector, globalAveragePool(y)));
  }
}

/** First filters with a bias, GELU, max pooling before batch norm, global maximum, a head with scaled logits. */
class PooledCnn implements Layer<[inputs: Inputs]> {
  readonly whiten = new Conv2d({ inChannels: 3, outChannels: 12, kernelSize: 2 });
  readonly first = new Conv2d({ inChannels: 12, outChannels: 16, kernelSize: 3, ...unit });
  readonly firstNorm = new BatchNorm({ numFeatures: 16 });
  readonly second = new Conv2d({
    inChannels: 16,
    outChannels: 16,
    kernelSize: 3,
    dilation: 2,
    groups: 2,
    ...unit,
  });
  readonly head = new Linear({ inFeatures: 16, outFeatures: 5, bias: false });

  forward(build: Build, { images }: Inputs): Tensor {
    const x = build.apply(this.first, gelu(build.apply(this.whiten, images!)));
    const y = gelu(build.apply(this.firstNorm, maxPool2d(x, { kernelSize: 2 })));
    return mul(build.apply(this.head, globalMaxPool(gelu(build.apply(this.second, y)))), 1 / 9);
  }
}

/** A block of attention modulated by a condition, normalisations with and without weights, power of one. */
class ConditionedTransformer implements Layer<[inputs: Inputs]> {
  readonly enter = new Linear({ inFeatures: 5, outFeatures: 12 });
  readonly block = new ModulatedTransformerBlock({ width: 12, numHeads: 3, expansion: 2, conditionWidth: 4 });
  readonly norm = new LayerNorm({ numFeatures: 12 });
  readonly leave = new Linear({ inFeatures: 12, outFeatures: 2, init: kaimingNormal() });

  forward(build: Build, { tokens, condition }: Inputs): Tensor {
    const x = build.apply(this.block, build.apply(this.enter, tokens!), condition!);
    return l2Normalize(build.apply(this.leave, build.apply(this.norm, x)));
  }
}

/** Networks of all operators that the engine's own models have. */
export function engineNetworks(): readonly EngineNetwork[] {
  return [
    { name: "a residual CNN", network: new ResidualCnn(), inputs: { images: ["batch", 3, 8, 8] } },
    { name: "a pooled CNN", network: new PooledCnn(), inputs: { images: ["batch", 3, 9, 9] } },
    {
      name: "a conditioned transformer",
      network: new ConditionedTransformer(),
      inputs: { tokens: ["batch", 7, 5], condition: ["batch", 4] },
    },
  ];
}
