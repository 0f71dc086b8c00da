// SPDX-License-Identifier: Apache-2.0
import type { Build, Layer, Tensor } from "@semlink/engine";
import { add, concat, gelu, Linear, mul, reshape, split, zeros } from "@semlink/engine";
import {
  type ChannelCodec,
  type CodecShape,
  maxSymbolsOf,
  type ReceiverCondition,
  type TransmitterCondition,
  unitPowerPerIncrement,
} from "./channel-codec.ts";
import { ReceiverConditioner, TransmitterConditioner } from "./condition.ts";

export interface FilmMlpOptions {
  /** Width of the hidden layers. */
  readonly width: number;
  readonly numLayers: number;
  readonly conditionWidth: number;
}

/** One hidden layer scaled and shifted by the condition: `gelu((1 + scale(c)) ⊙ (W x + b) + shift(c))`. */
class FilmLayer implements Layer<[x: Tensor, condition: Tensor]> {
  readonly linear: Linear;
  readonly modulation: Linear; // conditionWidth → 2 width

  constructor(inFeatures: number, width: number, conditionWidth: number) {
    this.linear = new Linear({ inFeatures, outFeatures: width });
    this.modulation = new Linear({ inFeatures: conditionWidth, outFeatures: 2 * width, init: zeros() });
  }

  forward(build: Build, x: Tensor, condition: Tensor): Tensor {
    const joined = build.apply(this.modulation, condition);
    const [scale, shift] = split(joined, { axis: 1, sizes: 2 });
    return gelu(add(mul(build.apply(this.linear, x), add(scale!, 1)), shift!));
  }
}

/** Hidden FiLM layers and a linear readout: `[batch, inFeatures] → [batch, outFeatures]`. */
class FilmMlp implements Layer<[x: Tensor, condition: Tensor]> {
  readonly layers: readonly FilmLayer[];
  readonly readout: Linear;

  constructor(inFeatures: number, outFeatures: number, { width, numLayers, conditionWidth }: FilmMlpOptions) {
    this.layers = Array.from(
      { length: numLayers },
      (_, index) => new FilmLayer(index === 0 ? inFeatures : width, width, conditionWidth),
    );
    this.readout = new Linear({ inFeatures: width, outFeatures });
  }

  forward(build: Build, x: Tensor, condition: Tensor): Tensor {
    return build.apply(
      this.readout,
      this.layers.reduce((value, layer) => build.apply(layer, value, condition), x),
    );
  }
}

class FilmEncoder implements Layer<[embedding: Tensor, condition: TransmitterCondition]> {
  readonly conditioner: TransmitterConditioner;
  readonly mlp: FilmMlp;
  private readonly shape: CodecShape;

  constructor(shape: CodecShape, options: FilmMlpOptions) {
    this.shape = shape;
    this.conditioner = new TransmitterConditioner(shape, options.conditionWidth);
    this.mlp = new FilmMlp(shape.embedDim, 2 * maxSymbolsOf(shape), options);
  }

  forward(build: Build, embedding: Tensor, condition: TransmitterCondition): Tensor {
    const [batch = 1] = embedding.shape;
    const raw = build.apply(this.mlp, embedding, build.apply(this.conditioner, condition));
    return unitPowerPerIncrement(reshape(raw, [batch, maxSymbolsOf(this.shape), 2]), this.shape.lengths);
  }
}

class FilmDecoder implements Layer<[received: Tensor, condition: ReceiverCondition]> {
  readonly conditioner: ReceiverConditioner;
  readonly mlp: FilmMlp;
  private readonly numValues: number;

  constructor(shape: CodecShape, options: FilmMlpOptions) {
    this.numValues = 3 * maxSymbolsOf(shape);
    this.conditioner = new ReceiverConditioner(shape, options.conditionWidth);
    this.mlp = new FilmMlp(this.numValues, shape.embedDim, options);
  }

  forward(build: Build, received: Tensor, condition: ReceiverCondition): Tensor {
    const [batch = 1] = received.shape;
    const symbols = concat([mul(received, condition.mask), condition.mask], { axis: 2 });
    const values = reshape(symbols, [batch, this.numValues]);
    return build.apply(this.mlp, values, build.apply(this.conditioner, condition));
  }
}

/**
 * The mandatory rival of the transformer and the sensible choice on weak devices: both halves are two-layer
 * perceptrons with feature-wise linear modulation by the same condition vectors.
 *
 * @source Perez et al. 2018 (FiLM), arXiv 1709.07871; its use as a channel codec here is semlink's
 */
export function filmMlpCodec(shape: CodecShape, options: FilmMlpOptions): ChannelCodec {
  return {
    name: "film-mlp",
    encoder: new FilmEncoder(shape, options),
    decoder: new FilmDecoder(shape, options),
  };
}
