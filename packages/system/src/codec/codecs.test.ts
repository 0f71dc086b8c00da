// SPDX-License-Identifier: Apache-2.0
import type { Build, Tensor } from "@semlink/engine";
import {
  abs,
  add,
  constant,
  div,
  gather,
  mean,
  mul,
  slice,
  sqrt,
  square,
  stopGradient,
  sub,
} from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { channelAwareTransformer } from "./channel-aware-transformer.ts";
import type { ChannelCodec, CodecShape, ReceiverCondition, TransmitterCondition } from "./channel-codec.ts";
import { codecLaws } from "./codec-laws.fixture.ts";
import { codecConformance, TINY_SHAPE } from "./codec.conformance.ts";
import { filmMlpCodec } from "./film-mlp.ts";
import { drawBatch, openCodec, openSlope } from "./open-codec.fixture.ts";

const cat = (shape: CodecShape): ChannelCodec =>
  channelAwareTransformer(shape, { width: 8, numTokens: 3, numBlocks: 2, numHeads: 2, expansion: 2 });
const filmMlp = (shape: CodecShape): ChannelCodec =>
  filmMlpCodec(shape, { width: 16, numLayers: 2, conditionWidth: 8 });

codecConformance("channel-aware transformer", cat);
codecConformance("FiLM MLP", filmMlp);

type Encode = (embedding: Tensor, told: TransmitterCondition) => Tensor;
type Decode = (received: Tensor, told: ReceiverCondition) => Tensor;

interface Alteration {
  readonly encode?: (sound: Encode, embedding: Tensor, told: TransmitterCondition) => Tensor;
  readonly decode?: (sound: Decode, received: Tensor, told: ReceiverCondition) => Tensor;
}

/** A sound codec whose halves are altered. */
function altered({ encode, decode }: Alteration): ChannelCodec {
  const { name, encoder, decoder } = filmMlp(TINY_SHAPE);
  const alteredEncoder = {
    encoder, // a field, so that its weights are found
    forward(build: Build, embedding: Tensor, told: TransmitterCondition): Tensor {
      const sound: Encode = (...changed) => build.apply(encoder, ...changed);
      return encode ? encode(sound, embedding, told) : sound(embedding, told);
    },
  };
  const alteredDecoder = {
    decoder,
    forward(build: Build, received: Tensor, told: ReceiverCondition): Tensor {
      const sound: Decode = (...changed) => build.apply(decoder, ...changed);
      return decode ? decode(sound, received, told) : sound(received, told);
    },
  };
  return { name, encoder: alteredEncoder, decoder: alteredDecoder };
}

/** `x / √power`, power over the given axes. */
function normalized(x: Tensor, axes: number[]): Tensor {
  return div(x, sqrt(mul(mean(square(x), { axes, keepDims: true }), 2)));
}

const firstImage = (x: Tensor): Tensor => gather(x, constant([0], [1], "int64"), { axis: 0 });
const firstSymbol = (x: Tensor): Tensor => slice(x, { axis: 1, start: 0, end: 1 });
const overBatch = (x: Tensor): Tensor => mean(x, { axes: [0], keepDims: true });

describe("the laws of a codec find a planted fault:", () => {
  const faults: { fault: string; law: RegExp; codec: ChannelCodec }[] = [
    {
      fault: "power normalised over the batch",
      law: /power exactly 1/,
      codec: altered({
        encode: (sound, embedding, told) => {
          const x = sound(embedding, told);
          return normalized(mul(x, add(abs(firstSymbol(x)), 0.5)), [0, 1, 2]);
        },
      }),
    },
    {
      fault: "power normalised over the transmission, not over each increment",
      law: /power exactly 1/,
      codec: altered({
        encode: (sound, embedding, told) => {
          const x = sound(embedding, told);
          return normalized(add(x, firstSymbol(x)), [1, 2]);
        },
      }),
    },
    {
      fault: "an encoder that mixes the images of the batch",
      law: /as if it were alone/,
      codec: altered({
        encode: (sound, embedding, told) => sound(add(embedding, mul(overBatch(embedding), 0.1)), told),
      }),
    },
    {
      fault: "a decoder that mixes the images of the batch",
      law: /as if it were alone/,
      codec: altered({ decode: (sound, received, told) => sound(sub(received, overBatch(received)), told) }),
    },
    {
      fault: "an image measured against the first of the batch",
      law: /where in the batch/,
      codec: altered({
        encode: (sound, embedding, told) => sound(sub(embedding, mul(firstImage(embedding), 0.1)), told),
      }),
    },
    {
      fault: "a decoder that ignores the mask",
      law: /without reading behind it/,
      codec: altered({
        decode: (sound, received, told) => sound(received, { ...told, mask: add(mul(told.mask, 0), 1) }),
      }),
    },
    {
      fault: "an Es/N0 that is not clamped",
      law: /nearer end of the trained range/,
      codec: altered({
        encode: (sound, embedding, told) => sound(add(embedding, mul(told.esNoDb, 0.01)), told),
      }),
    },
    {
      fault: "a decoder that is never told Es/N0",
      law: /nearer end of the trained range/,
      codec: altered({
        decode: (sound, received, told) => sound(received, { ...told, esNoDb: mul(told.esNoDb, 0) }),
      }),
    },
    {
      fault: "a decoder that never hears of the fade",
      law: /ratio after the equaliser/,
      codec: altered({
        decode: (sound, received, told) => sound(received, { ...told, equalizedEsNoDb: told.esNoDb }),
      }),
    },
    {
      fault: "a ratio after the equaliser that is not clamped",
      law: /ratio after the equaliser/,
      codec: altered({
        decode: (sound, received, told) => add(sound(received, told), mul(told.equalizedEsNoDb, 0.01)),
      }),
    },
    {
      fault: "an encoder that takes every channel for the first",
      law: /kinds of channel/,
      codec: altered({
        encode: (sound, embedding, told) => sound(embedding, { ...told, kind: mul(told.kind, 0) }),
      }),
    },
    {
      fault: "one symbol too few",
      law: /encodes to/,
      codec: altered({
        encode: (sound, embedding, told) => slice(sound(embedding, told), { axis: 1, start: 1, end: 6 }),
      }),
    },
  ];

  it.each(faults.map(({ fault, ...rest }) => [fault, rest] as const))(
    "%s",
    async (_fault, { law, codec }) => {
      const [concerned, ...others] = codecLaws.filter(({ title }) => law.test(title));
      expect(others).toEqual([]);
      const open = await openCodec(codec, TINY_SHAPE, 1);
      expect(await concerned?.violation(open, drawBatch(TINY_SHAPE, 2, 3))).toBeTypeOf("string");
    },
  );

  it("none in the codec they are planted in", async () => {
    const open = await openCodec(altered({}), TINY_SHAPE, 1);
    const batch = drawBatch(TINY_SHAPE, 2, 3);
    for (const law of codecLaws) expect(await law.violation(open, batch)).toBeUndefined();
  });

  it("an encoder cut off from the gradient", async () => {
    const codec = altered({ encode: (sound, ...inputs) => stopGradient(sound(...inputs)) });
    await expect(openSlope(codec, TINY_SHAPE, 1)).rejects.toThrow(
      expect.objectContaining({ code: "not-connected" }),
    );
  });
});
