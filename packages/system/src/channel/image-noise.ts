// SPDX-License-Identifier: Apache-2.0
import type { Rng } from "@semlink/engine";
import type { DrawOptions } from "./channel-model.ts";

/**
 * Complex normal samples addressed by image, `out[i] = CN(0, 1) of rng.fold(firstImage + i)`.
 *
 * @param rng - address of the whole draw
 * @param batch - which images
 * @param count - complex samples per image
 * @returns [batch, count, 2]; variance 1/2 per axis
 */
export function imageNoise(
  rng: Rng,
  { firstImage = 0, batchSize }: Pick<DrawOptions, "firstImage" | "batchSize">,
  count: number,
): Float32Array {
  const out = new Float32Array(batchSize * count * 2);
  for (let i = 0; i < batchSize; i++) out.set(rng.fold(firstImage + i).complexNormal(count), i * count * 2);
  return out;
}
