// SPDX-License-Identifier: Apache-2.0
import type { Build, Layer, Tensor } from "@semlink/engine";
import { add, clip, concat, Linear, mean, mul, reshape, silu } from "@semlink/engine";
import type { CodecShape, ReceiverCondition, TransmitterCondition } from "./channel-codec.ts";

// The equalised ratio of a faded image may lie far outside the trained Es/N0; beyond this it says nothing more.
const EQUALIZED_MARGIN_DB = 15;

/** `x` clamped to [min, max] and mapped to [-1, 1]. */
function clampedUnit(x: Tensor, { min, max }: { readonly min: number; readonly max: number }): Tensor {
  const centre = (min + max) / 2;
  const halfWidth = Math.max((max - min) / 2, 1e-6);
  return mul(add(clip(x, { min, max }), -centre), 1 / halfWidth);
}

/** A two-layer network from features `[batch, numFeatures]` to the condition vector `[batch, width]`. */
class ConditionNetwork implements Layer {
  readonly first: Linear;
  readonly second: Linear;

  constructor(numFeatures: number, width: number) {
    this.first = new Linear({ inFeatures: numFeatures, outFeatures: width });
    this.second = new Linear({ inFeatures: width, outFeatures: width });
  }

  forward(build: Build, features: Tensor): Tensor {
    return build.apply(this.second, silu(build.apply(this.first, features)));
  }
}

/**
 * Condition vector of the transmitter, `[batch, width]`, from the clamped Es/N0 and the channel kind.
 *
 * Takes no length: prefix decoding asks that symbols already sent do not change when more follow.
 */
export class TransmitterConditioner implements Layer<[condition: TransmitterCondition]> {
  readonly network: ConditionNetwork;
  private readonly shape: CodecShape;

  constructor(shape: CodecShape, width: number) {
    this.network = new ConditionNetwork(1 + shape.numKinds, width);
    this.shape = shape;
  }

  forward(build: Build, { esNoDb, kind }: TransmitterCondition): Tensor {
    return build.apply(this.network, concat([clampedUnit(esNoDb, this.shape.esNoDb), kind], { axis: 1 }));
  }
}

/**
 * Condition vector of the receiver, `[batch, width]`, from the clamped Es/N0, the channel kind, the share of symbols
 * received, and the clamped signal-to-noise ratio after the equaliser.
 */
export class ReceiverConditioner implements Layer<[condition: ReceiverCondition]> {
  readonly network: ConditionNetwork;
  private readonly shape: CodecShape;

  constructor(shape: CodecShape, width: number) {
    this.network = new ConditionNetwork(3 + shape.numKinds, width);
    this.shape = shape;
  }

  forward(build: Build, { esNoDb, kind, mask, equalizedEsNoDb }: ReceiverCondition): Tensor {
    const { min, max } = this.shape.esNoDb;
    const [batch = 1] = mask.shape;
    const share = reshape(mean(mask, { axes: [1, 2], keepDims: true }), [batch, 1]);
    const equalized = clampedUnit(equalizedEsNoDb, {
      min: min - EQUALIZED_MARGIN_DB,
      max: max + EQUALIZED_MARGIN_DB,
    });
    const features = [clampedUnit(esNoDb, this.shape.esNoDb), kind, share, equalized];
    return build.apply(this.network, concat(features, { axis: 1 }));
  }
}
