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
