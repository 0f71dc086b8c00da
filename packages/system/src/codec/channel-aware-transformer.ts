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
  ShapeError,
} from "@semlink/engine";
import type { ChannelCodec, CodecShape, ReceiverCondition, TransmitterCondition } from "./channel-codec.ts";
import { maxSymbolsOf } from "./channel-codec.ts";
import { ReceiverConditioner, TransmitterConditioner } from "./condition.ts";
import { unitPowerPerIncrement } from "./power.ts";

// embedding [embedDim]                                     received [maxSymbols, 2] · mask, mask
//   → numTokens tokens → linear + position                   → numTokens tokens → linear + position
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

/** Tokens of one item through modulated blocks: `[batch, numTokens, tokenSize] → [batch, outFeatures]`. */
class TokenTransformer implements Layer<[tokens: Tensor, condition: Tensor]> {
  readonly embed: Linear;
  readonly position: Param; // [1, numTokens, width]
  readonly blocks: readonly ModulatedTransformerBlock[];
  readonly readout: Linear;
  private readonly joinedWidth: number;

  constructor(tokenSize: number, outFeatures: number, options: TransformerOptions) {
    const { width, numTokens, numBlocks, numHeads, expansion } = options;
    this.embed = new Linear({ inFeatures: tokenSize, outFeatures: width });
    this.position = param([1, numTokens, width], normalInit(0.02));
    this.blocks = Array.from(
      { length: numBlocks },
      () => new ModulatedTransformerBlock({ width, numHeads, expansion, conditionWidth: width }),
    );
    this.joinedWidth = numTokens * width;
    this.readout = new Linear({ inFeatures: this.joinedWidth, outFeatures });
  }

  forward(build: Build, tokens: Tensor, condition: Tensor): Tensor {
    const [batch = 1] = tokens.shape;
    let x = add(build.apply(this.embed, tokens), this.position.value); // [batch, numTokens, width]
    for (const block of this.blocks) x = build.apply(block, x, condition);
    return build.apply(this.readout, reshape(x, [batch, this.joinedWidth]));
  }
}

class TransformerEncoder implements Layer<[embedding: Tensor, condition: TransmitterCondition]> {
  readonly conditioner: TransmitterConditioner;
  readonly transformer: TokenTransformer;
  private readonly shape: CodecShape;
  private readonly numTokens: number;

  constructor(shape: CodecShape, options: TransformerOptions) {
    this.shape = shape;
    this.numTokens = options.numTokens;
    this.conditioner = new TransmitterConditioner(shape, options.width);
    this.transformer = new TokenTransformer(
      shape.embedDim / options.numTokens,
      2 * maxSymbolsOf(shape),
      options,
    );
  }

  forward(build: Build, embedding: Tensor, condition: TransmitterCondition): Tensor {
    const [batch = 1] = embedding.shape;
    const tokens = reshape(embedding, [batch, this.numTokens, this.shape.embedDim / this.numTokens]);
    const raw = build.apply(this.transformer, tokens, build.apply(this.conditioner, condition));
    return unitPowerPerIncrement(reshape(raw, [batch, maxSymbolsOf(this.shape), 2]), this.shape.lengths);
  }
}

class TransformerDecoder implements Layer<[received: Tensor, condition: ReceiverCondition]> {
  readonly conditioner: ReceiverConditioner;
  readonly transformer: TokenTransformer;
  private readonly shape: CodecShape;
  private readonly numTokens: number;

  constructor(shape: CodecShape, options: TransformerOptions) {
    this.shape = shape;
    this.numTokens = options.numTokens;
    this.conditioner = new ReceiverConditioner(shape, options.width);
    this.transformer = new TokenTransformer(
      (3 * maxSymbolsOf(shape)) / options.numTokens,
      shape.embedDim,
      options,
    );
  }

  forward(build: Build, received: Tensor, condition: ReceiverCondition): Tensor {
    const [batch = 1] = received.shape;
    const symbols = concat([mul(received, condition.mask), condition.mask], { axis: 2 }); // [batch, maxSymbols, 3]
    const tokens = reshape(symbols, [batch, this.numTokens, (3 * maxSymbolsOf(this.shape)) / this.numTokens]);
    return build.apply(this.transformer, tokens, build.apply(this.conditioner, condition));
  }
}

/**
 * Channel-aware transformer (CAT): both halves are small transformers over the tokens of **one image**, modulated by
 * the state of the channel.
 *
 * @source arXiv 2508.02148 gives the role and the name; these internals are semlink's: tokens from slices of the
 * embedding, adaptive layer norm (Peebles & Xie 2023), joint readout, nested prefixes (Rippel et al. 2014)
 * @throws ShapeError `indivisible-size` when the tokens do not divide the embedding
 * @differs from the public code of the conference version, whose attention runs across the images of a batch and
 * never sees the signal-to-noise ratio
 */
export function channelAwareTransformer(shape: CodecShape, options: TransformerOptions): ChannelCodec {
  if (shape.embedDim % options.numTokens !== 0) {
    throw new ShapeError({
      code: "indivisible-size",
      where: "channelAwareTransformer",
      expected: `an embedding that cuts into ${options.numTokens} equal tokens`,
      actual: `width ${shape.embedDim}`,
      hint: "change codec.cat.numTokens",
    });
  }
  return {
    name: "cat",
    encoder: new TransformerEncoder(shape, options),
    decoder: new TransformerDecoder(shape, options),
  };
}
