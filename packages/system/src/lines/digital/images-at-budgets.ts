// SPDX-License-Identifier: Apache-2.0
import type { Rng } from "@semlink/engine";
import { imageLength, type ImageSet } from "../../data/dataset.ts";
import { decodedSets } from "./compressed-images.ts";
import type { ImageSetting } from "./image-format.ts";

/** How images are compressed for training. */
export interface BudgetOptions {
  /** Settings of ascending length. */
  readonly ladders: readonly (readonly ImageSetting[])[];
  /** Sizes that an image may have [bytes], at least one. */
  readonly budgets: readonly number[];
  /** Budgets drawn for each image. */
  readonly copies: number;
  /** Address of the budgets; image i and copy c have the same in every set that begins alike. */
  readonly rng: Rng;
}

/**
 * Images as a receiver sees them: copy by copy, each compressed to a byte budget drawn evenly from those in use, by the
 * setting of least squared error among those that fit, which is what the transmitter takes. A copy that no setting makes
 * small enough is left out, as it is never sent.
 *
 * @returns a set of at most `copies * count` images with their labels
 */
export async function imagesAtBudgets(
  set: ImageSet,
  { ladders, budgets, copies, rng }: BudgetOptions,
): Promise<ImageSet> {
  const { count, labels } = set;
  const length = imageLength(set);
  const drawn = Array.from({ length: copies }, (_, copy) => rng.fold(copy).integers(count, budgets.length));
  const budgetOf = (row: number): number => budgets[drawn[Math.floor(row / count)]![row % count]!]!;
  const best = new Float32Array(copies * count).fill(Infinity);
  const pixels = new Uint8Array(copies * count * length);
  for await (const { payloads, errors, images } of decodedSets(set, ladders, Math.max(...budgets))) {
    best.forEach((error, row) => {
      const image = row % count;
      const numBytes = payloads[image]?.length ?? Infinity;
      if (numBytes > budgetOf(row) || errors[image]! >= error) return;
      best[row] = errors[image]!;
      pixels.set(images.subarray(image * length, (image + 1) * length), row * length);
    });
  }
  const rows = Uint32Array.from(best.keys()).filter((row) => best[row]! < Infinity);
  const sent = new Uint8Array(rows.length * length);
  rows.forEach((row, i) => {
    sent.set(pixels.subarray(row * length, (row + 1) * length), i * length);
  });
  const { channels, height, width } = set;
  return {
    channels,
    height,
    width,
    count: rows.length,
    images: sent,
    labels: Uint8Array.from(rows, (row) => labels[row % count]!),
  };
}
