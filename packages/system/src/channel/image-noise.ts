// SPDX-License-Identifier: Apache-2.0
import type { Rng } from "@semlink/engine";
import type { DrawOptions } from "./channel-model.ts";

type Images = Pick<DrawOptions, "firstImage" | "batchSize">;

/**
 * Numbers addressed by image, `out[i] = sample(rng.fold(firstImage + i))`: an image's do not depend on its batch.
 *
 * @param rng - address of the whole draw
 * @param batch - which images
 * @param length - numbers per image
 * @returns [batch, length]
 */
export function perImage(
  rng: Rng,
  { firstImage = 0, batchSize }: Images,
  length: number,
  sample: (rng: Rng) => Float32Array,
): Float32Array {
  const out = new Float32Array(batchSize * length);
  for (let i = 0; i < batchSize; i++) out.set(sample(rng.fold(firstImage + i)), i * length);
  return out;
}

/**
 * Complex normal samples addressed by image, `out[i] = CN(0, 1) of rng.fold(firstImage + i)`.
 *
 * @param rng - address of the whole draw
 * @param batch - which images
 * @param count - complex samples per image
 * @returns [batch, count, 2]; variance 1/2 per axis
 */
export function imageNoise(rng: Rng, batch: Images, count: number): Float32Array {
  return perImage(rng, batch, 2 * count, (image) => image.complexNormal(count));
}

/**
 * `out[image, symbol] = values[image, indexOf(symbol)]` for complex values.
 *
 * @param values - [batch, count, 2]
 * @returns [batch, numSymbols, 2]
 */
export function repeatBy(
  values: Float32Array,
  batchSize: number,
  numSymbols: number,
  indexOf: (symbol: number) => number,
): Float32Array {
  const out = new Float32Array(batchSize * numSymbols * 2);
  const count = values.length / batchSize;
  for (let image = 0; image < batchSize; image++) {
    for (let symbol = 0; symbol < numSymbols; symbol++) {
      const [to, from] = [2 * (image * numSymbols + symbol), image * count + 2 * indexOf(symbol)];
      out[to] = values[from]!;
      out[to + 1] = values[from + 1]!;
    }
  }
  return out;
}
