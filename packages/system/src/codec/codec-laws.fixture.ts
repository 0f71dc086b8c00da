// SPDX-License-Identifier: Apache-2.0
import { maxSymbolsOf } from "./channel-codec.ts";
import type { CodecBatch, OpenCodec } from "./open-codec.fixture.ts";

/** A statement that every codec must satisfy for every batch. */
export interface CodecLaw {
  readonly title: string;
  /** What contradicts the law, or undefined when it holds. */
  violation(codec: OpenCodec, batch: CodecBatch): Promise<string | undefined>;
}

const POWER_TOLERANCE = 1e-5;
// The sums of an item run in another order when the batch has another size.
const BATCH_TOLERANCE = 2e-5;
// So far from the trained range that every codec has clamped.
const FAR_DB = 300;

/** The laws of a channel codec. */
export const codecLaws: readonly CodecLaw[] = [
  {
    title: "encodes to [batch, maxSymbols, 2] and decodes to [batch, embedDim], all finite",
    async violation(codec, batch) {
      const { shape } = codec;
      const numImages = batch.esNoDb.length;
      const [symbols, decoded] = [await codec.encode(batch), await codec.decode(batch)];
      if (symbols.length !== numImages * maxSymbolsOf(shape) * 2) return `${symbols.length} symbol values`;
      if (decoded.length !== numImages * shape.embedDim) return `${decoded.length} embedding values`;
      return [...symbols, ...decoded].every(Number.isFinite) ? undefined : "values that are not finite";
    },
  },
  {
    title: "sends power exactly 1 for each image and each increment",
    async violation(codec, batch) {
      const symbols = await codec.encode(batch);
      const { lengths } = codec.shape;
      const stride = 2 * maxSymbolsOf(codec.shape);
      for (let image = 0; image < batch.esNoDb.length; image++) {
        for (const [index, end] of lengths.entries()) {
          const start = index === 0 ? 0 : lengths[index - 1]!;
          const values = symbols.subarray(image * stride + 2 * start, image * stride + 2 * end);
          const power = values.reduce((sum, value) => sum + value * value, 0) / (end - start);
          if (Math.abs(power - 1) <= POWER_TOLERANCE) continue;
          return `power ${power} of symbols ${start}..${end - 1} of image ${image}`;
        }
      }
      return undefined;
    },
  },
  {
    title: "treats an image as if it were alone: encode([a, b]) = [encode(a), encode(b)], decode as well",
    async violation(codec, batch) {
      const images = Array.from(batch.esNoDb.keys());
      return comparedHalves(codec, async (run) => {
        const alone = await Promise.all(images.map((image) => run(pickImages(batch, [image]))));
        return difference(
          await run(batch),
          Float32Array.from(alone.flatMap((part) => [...part])),
          BATCH_TOLERANCE,
        );
      });
    },
  },
  {
    title: "does not care where in the batch an image stands: permuted in, permuted out",
    async violation(codec, batch) {
      const reversed = Array.from(batch.esNoDb.keys()).reverse();
      return comparedHalves(codec, async (run) => {
        const { output } = pickImages({ ...batch, output: await run(batch) }, reversed);
        return difference(await run(pickImages(batch, reversed)), output, BATCH_TOLERANCE);
      });
    },
  },
  {
    title: "decodes a prefix without reading behind it, to the bit",
    async violation(codec, batch) {
      const received = batch.received.map((value, i) => {
        const isSent = batch.mask[Math.floor(i / 2)] === 1;
        return isSent ? value : 1e3 * Math.sin(i + 1) - value;
      });
      return difference(await codec.decode({ ...batch, received }), await codec.decode(batch), 0);
    },
  },
  {
    title: "is told Es/N0 as the nearer end of the trained range when it lies outside, to the bit",
    async violation(codec, batch) {
      const { min, max } = codec.shape.esNoDb;
      return comparedHalves(codec, async (run) => {
        const at = (level: number): Promise<Float32Array> =>
          run({ ...batch, esNoDb: batch.esNoDb.map(() => level) });
        const [low, high] = [await at(min), await at(max)];
        if (difference(low, high, 0) === undefined) return "the same output at both ends of the range";
        return difference(await at(min - 7), low, 0) ?? difference(await at(max + 25), high, 0);
      });
    },
  },
  {
    title: "uses the ratio after the equaliser and clamps it far outside the trained range, to the bit",
    async violation(codec, batch) {
      const { min, max } = codec.shape.esNoDb;
      const at = (level: number): Promise<Float32Array> =>
        codec.decode({ ...batch, equalizedEsNoDb: batch.equalizedEsNoDb.map(() => level) });
      const [low, high] = [await at(min - FAR_DB), await at(max + FAR_DB)];
      if (difference(await at(min), await at(max), 0) === undefined) return "the same output for every ratio";
      return difference(await at(-Infinity), low, 0) ?? difference(await at(Infinity), high, 0);
    },
  },
  {
    title: "tells the kinds of channel apart",
    async violation(codec, batch) {
      const { numKinds } = codec.shape;
      const kind = batch.kind.map((_, i) => batch.kind[i - (i % numKinds) + ((i + 1) % numKinds)]!);
      return comparedHalves(codec, async (run) => {
        const isSame = difference(await run({ ...batch, kind }), await run(batch), 0) === undefined;
        return isSame ? "another kind changes nothing" : undefined;
      });
    },
  },
];

/** The images of a batch at `images`, in that order. */
export function pickImages<Batch extends Readonly<Record<string, Float32Array>>>(
  batch: Batch,
  images: readonly number[],
): Batch {
  const numImages = batch["esNoDb"]!.length;
  const entries = Object.entries(batch).map(([name, values]) => {
    const stride = values.length / numImages;
    const picked = new Float32Array(images.length * stride);
    images.forEach((image, row) =>
      picked.set(values.subarray(image * stride, (image + 1) * stride), row * stride),
    );
    return [name, picked];
  });
  return Object.fromEntries(entries) as Batch;
}

async function comparedHalves(
  { encode, decode }: OpenCodec,
  violation: (run: (batch: CodecBatch) => Promise<Float32Array>) => Promise<string | undefined>,
): Promise<string | undefined> {
  const [ofEncoder, ofDecoder] = [await violation(encode), await violation(decode)];
  if (ofEncoder !== undefined) return `encoder: ${ofEncoder}`;
  return ofDecoder === undefined ? undefined : `decoder: ${ofDecoder}`;
}

/** First value that is further off than `tolerance · max(1, |expected|)`. */
function difference(actual: Float32Array, expected: Float32Array, tolerance: number): string | undefined {
  if (actual.length !== expected.length) return `${actual.length} values instead of ${expected.length}`;
  const isOff = (value: number, i: number): boolean =>
    !(Math.abs(value - expected[i]!) <= tolerance * Math.max(1, Math.abs(expected[i]!)));
  const index = actual.findIndex(isOff);
  return index < 0 ? undefined : `${actual[index]} instead of ${expected[index]} at ${index}`;
}
