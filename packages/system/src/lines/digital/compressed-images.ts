// SPDX-License-Identifier: Apache-2.0
import type { Rng } from "@semlink/engine";
import { imageLength, type ImageSet } from "../../data/dataset.ts";
import type { Messages, MessageSource } from "./digital-line.ts";
import { compressImage, type ImageSetting } from "./image-format.ts";
import type { ImageFormat } from "./separation-config.ts";

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

/** Every image of a set by one setting. */
interface ByOneSetting {
  /** [count] undefined where the image is longer than was asked for */
  readonly payloads: readonly (Uint8Array | undefined)[];
  /** [count] mean squared difference from the original, intensities 0..255 */
  readonly errors: Float32Array;
}

/** Every image of a set by one setting, classified. */
export interface CompressedSet extends ByOneSetting {
  /** [count] decisions on the decoded images */
  readonly decisions: Uint8Array;
}

/** Every image of a set by one setting, as decoded. */
export interface DecodedSet extends ByOneSetting {
  /** [count, channels, height, width] */
  readonly images: Uint8Array;
}

/** Labels that a network gives to images. */
export type Classifier = (set: ImageSet) => Promise<Uint8Array>;

const QUALITIES = [1, 5, 10, 20, 35, 50, 70, 90];
const SCALES = [1, 0.5];
const NUM_AT_ONCE = 64;

/** Settings of some formats: sizes, and qualities of each in ascending order. */
export function imageSettings(formats: readonly ImageFormat[]): readonly (readonly ImageSetting[])[] {
  return formats.flatMap((format) =>
    SCALES.map((scale) => QUALITIES.map((quality) => ({ format, scale, quality }))),
  );
}

/** All images by all settings as {@link decodedSets} gives them, classified. */
export async function compressImages(
  set: ImageSet,
  ladders: readonly (readonly ImageSetting[])[],
  maxBytes: number,
  classify: Classifier,
): Promise<CompressedSet[]> {
  const compressed: CompressedSet[] = [];
  for await (const { images, ...one } of decodedSets(set, ladders, maxBytes)) {
    compressed.push({ ...one, decisions: await classify({ ...set, images }) });
  }
  return compressed;
}

/**
 * All images by one setting after the other, compressed and decoded, those aside that are longer than `maxBytes`.
 *
 * @param ladders - settings of ascending length; a ladder ends where no image fits any more
 */
export async function* decodedSets(
  set: ImageSet,
  ladders: readonly (readonly ImageSetting[])[],
  maxBytes: number,
): AsyncGenerator<DecodedSet, void, undefined> {
  for (const ladder of ladders) {
    for (const setting of ladder) {
      const one = await compressBy(set, setting, maxBytes);
      if (one === undefined) break;
      yield one;
    }
  }
}

/** @returns undefined when no image fits */
async function compressBy(
  set: ImageSet,
  setting: ImageSetting,
  maxBytes: number,
): Promise<DecodedSet | undefined> {
  const length = imageLength(set);
  const decoded = new Uint8Array(set.count * length);
  const payloads: (Uint8Array | undefined)[] = [];
  for (let first = 0; first < set.count; first += NUM_AT_ONCE) {
    const indices = Array.from({ length: Math.min(NUM_AT_ONCE, set.count - first) }, (_, i) => first + i);
    const images = await Promise.all(indices.map((index) => compressImage(set, index, setting)));
    images.forEach(({ payload, pixels }, i) => {
      decoded.set(pixels, (first + i) * length);
      payloads.push(payload.length > maxBytes ? undefined : payload);
    });
  }
  if (payloads.every((payload) => payload === undefined)) return undefined;
  const errors = Float32Array.from({ length: set.count }, (_, image) => {
    let sum = 0;
    for (let i = image * length; i < (image + 1) * length; i++) sum += (decoded[i]! - set.images[i]!) ** 2;
    return sum / length;
  });
  return { payloads, errors, images: decoded };
}

/**
 * Messages of compressed images: number of the setting, number of bytes, bytes, zeros to the end. Each image takes the
 * setting of least squared error among those that fit.
 *
 * @param numSettings - how many settings the first field tells apart
 */
export function compressedMessages(
  compressed: readonly CompressedSet[],
  count: number,
  numSettings: number,
): MessageSource {
  let last: { readonly numBits: number; readonly messages: Messages } | null = null;
  return {
    messages(numBits) {
      if (last?.numBits !== numBits) {
        last = { numBits, messages: messagesOf(compressed, count, numSettings, numBits) };
      }
      return last.messages;
    },
  };
}

/** Bits of the two fields in front of an image, in a message of `numBits`: one of the settings, and a number of bytes. */
export function fieldBits(numSettings: number, numBits: number): { setting: number; length: number } {
  return { setting: Math.ceil(Math.log2(numSettings)), length: Math.ceil(Math.log2(numBits / 8 + 1)) };
}

/** Bytes of an image that fit into a message of `numBits` behind its fields; below 1 for none. */
export function imageBytes(numSettings: number, numBits: number): number {
  const { setting, length } = fieldBits(numSettings, numBits);
  return Math.floor((numBits - setting - length) / 8);
}

function messagesOf(
  compressed: readonly CompressedSet[],
  count: number,
  numSettings: number,
  numBits: number,
): Messages {
  const fields = fieldBits(numSettings, numBits);
  const numBytes = imageBytes(numSettings, numBits);
  const messages = {
    payload: new Uint8Array(count * numBits),
    fits: new Uint8Array(count),
    decisions: new Uint8Array(count),
  };
  for (let image = 0; image < count; image++) {
    const best = bestSetting(compressed, image, numBytes);
    if (best === undefined) continue;
    const { payloads, decisions } = compressed[best]!;
    const bytes = payloads[image]!;
    let place = image * numBits;
    const put = (value: number, width: number): void => {
      for (let bit = width - 1; bit >= 0; bit--) messages.payload[place++] = (value >> bit) & 1;
    };
    put(best, fields.setting);
    put(bytes.length, fields.length);
    bytes.forEach((byte) => put(byte, 8));
    messages.fits[image] = 1;
    messages.decisions[image] = decisions[image]!;
  }
  return messages;
}

function bestSetting(
  compressed: readonly CompressedSet[],
  image: number,
  numBytes: number,
): number | undefined {
  let best: number | undefined;
  compressed.forEach(({ payloads, errors }, index) => {
    const payload = payloads[image];
    if (payload === undefined || payload.length > numBytes) return;
    if (best === undefined || errors[image]! < compressed[best]!.errors[image]!) best = index;
  });
  return best;
}
