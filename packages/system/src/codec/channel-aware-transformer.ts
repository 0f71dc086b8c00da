// SPDX-License-Identifier: Apache-2.0
import type { Build, Layer, Param, Tensor } from "@semlink/engine";
import {
  add,
  concat,
  Linear,
  ModulatedTransformerBlock,
  mul,
  normalInit,
  param,
  reshape,
} from "@semlink/engine";
import {
  type ChannelCodec,
  type CodecShape,
  maxSymbolsOf,
  type ReceiverCondition,
  type TransmitterCondition,
  unitPowerPerIncrement,
} from "./channel-codec.ts";
import { ReceiverConditioner, TransmitterConditioner } from "./condition.ts";

// embedding [embedDim]                                     received [maxSymbols, 2] · mask, mask
//   → linear → numTokens tokens + position                   → linear → numTokens tokens + position
//   → blocks modulated by the transmitter's condition        → blocks modulated by the receiver's condition
//   → joined → linear → unit power per increment             → joined → linear
//   → symbols [maxSymbols, 2], most important first          → embedding [embedDim]

export interface TransformerOptions {
  /** Width of a token. */
  readonly width: number;
  readonly numTokens: number;
  readonly numBlocks: number;
  readonly numHeads: number;
  /** Width of a block's hidden layer over `width`. */
  readonly expansion: number;
}

/** The values of one item as tokens through modulated blocks: `[batch, inFeatures] → [batch, outFeatures]`. */
class TokenTransformer implements Layer<[values: Tensor, condition: Tensor]> {
  readonly embed: Linear; // inFeatures → numTokens width
  readonly position: Param; // [1, numTokens, width]
  readonly blocks: readonly ModulatedTransformerBlock[];
  readonly readout: Linear;
  private readonly numTokens: number;
  private readonly width: number;

  constructor(inFeatures: number, outFeatures: number, options: TransformerOptions) {
    const { width, numTokens, numBlocks, numHeads, expansion } = options;
    this.embed = new Linear({ inFeatures, outFeatures: numTokens * width });
    this.position = param([1, numTokens, width], normalInit(0.02));
    this.blocks = Array.from(
      { length: numBlocks },
      () => new ModulatedTransformerBlock({ width, numHeads, expansion, conditionWidth: width }),
    );
    this.readout = new Linear({ inFeatures: numTokens * width, outFeatures });
    this.numTokens = numTokens;
    this.width = width;
  }

  forward(build: Build, values: Tensor, condition: Tensor): Tensor {
    const [batch = 1] = values.shape;
    const tokens = reshape(build.apply(this.embed, values), [batch, this.numTokens, this.width]);
    let x = add(tokens, this.position.value); // [batch, numTokens, width]
    for (const block of this.blocks) x = build.apply(block, x, condition);
    return build.apply(this.readout, reshape(x, [batch, this.numTokens * this.width]));
  }
}

class TransformerEncoder implements Layer<[embedding: Tensor, condition: TransmitterCondition]> {
  readonly conditioner: TransmitterConditioner;
  readonly transformer: TokenTransformer;
  private readonly shape: CodecShape;

  constructor(shape: CodecShape, options: TransformerOptions) {
    this.shape = shape;
    this.conditioner = new TransmitterConditioner(shape, options.width);
    this.transformer = new TokenTransformer(shape.embedDim, 2 * maxSymbolsOf(shape), options);
  }

  forward(build: Build, embedding: Tensor, condition: TransmitterCondition): Tensor {
    const [batch = 1] = embedding.shape;
    const raw = build.apply(this.transformer, embedding, build.apply(this.conditioner, condition));
    return unitPowerPerIncrement(reshape(raw, [batch, maxSymbolsOf(this.shape), 2]), this.shape.lengths);
  }
}

class TransformerDecoder implements Layer<[received: Tensor, condition: ReceiverCondition]> {
  readonly conditioner: ReceiverConditioner;
  readonly transformer: TokenTransformer;
  private readonly shape: CodecShape;

  constructor(shape: CodecShape, options: TransformerOptions) {
    this.shape = shape;
    this.conditioner = new ReceiverConditioner(shape, options.width);
    this.transformer = new TokenTransformer(3 * maxSymbolsOf(shape), shape.embedDim, options);
  }

  forward(build: Build, received: Tensor, condition: ReceiverCondition): Tensor {
    const [batch = 1] = received.shape;
    const symbols = concat([mul(received, condition.mask), condition.mask], { axis: 2 }); // [batch, maxSymbols, 3]
    const values = reshape(symbols, [batch, 3 * maxSymbolsOf(this.shape)]);
    return build.apply(this.transformer, values, build.apply(this.conditioner, condition));
  }
}

/**
 * Channel-aware transformer (CAT): both halves are small transformers over the tokens of **one image**, modulated by
 * the state of the channel.
 *
 * @source arXiv 2508.02148 gives the role and the name; these internals are semlink's: every token a linear
 * view of the whole vector (slices of it, as in a first version, learned slower: a short transmission filled one token
 * and left the others empty), adaptive layer norm (Peebles & Xie 2023), joint readout, nested prefixes (Rippel et al. 2014)
 * @differs from the public code of the conference version, whose attention runs across the images of a batch and
 * never sees the signal-to-noise ratio
 */
export function channelAwareTransformer(shape: CodecShape, options: TransformerOptions): ChannelCodec {
  return {
    name: "cat",
    encoder: new TransformerEncoder(shape, options),
    decoder: new TransformerDecoder(shape, options),
  };
}
