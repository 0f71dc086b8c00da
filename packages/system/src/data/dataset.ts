// SPDX-License-Identifier: Apache-2.0
import type { Rng } from "@semlink/engine";
import type { Reporter } from "../run/progress.ts";

/** Images of one size with their labels. Everything is index-aligned: image `i` has label `labels[i]`. */
export interface ImageSet {
  /** [count, channels, height, width] planar intensities, 0..255 */
  readonly images: Uint8Array;
  /** [count] index into the dataset's `classNames` */
  readonly labels: Uint8Array;
  readonly count: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /**
   * [count] 1 where a method may use the label, 0 where it may not (low-label experiments).
   * Absent when every label may be used.
   */
  readonly isLabelled?: Uint8Array;
}

/** A dataset ready for an experiment. The three sets share no image. */
export interface Dataset {
  readonly name: string;
  readonly classNames: readonly string[];
  readonly train: ImageSet;
  /** Taken from the original training images; for every choice that an experiment makes. */
  readonly validation: ImageSet;
  /** The original test images; for the final figures only. */
  readonly test: ImageSet;
  /** Mean of each channel of `train`, intensities scaled to 0..1. */
  readonly mean: readonly number[];
  /** Standard deviation of each channel of `train` (division by n), intensities scaled to 0..1. */
  readonly std: readonly number[];
  /** sha256 (hex) of content and split: equal digests mean equal bits in every field. */
  readonly digest: string;
}

/** Sets that lines may be measured on: settings are compared on the one, final figures are of the other. */
export const evaluatedSplits = ["test", "validation"] as const;

export type EvaluatedSplit = (typeof evaluatedSplits)[number];

/** A dataset as published: before the validation split, before any limit. */
export interface DecodedDataset {
  readonly name: string;
  readonly classNames: readonly string[];
  readonly train: ImageSet;
  readonly test: ImageSet;
  /** sha256 (hex) of names, sizes, images and labels. */
  readonly contentDigest: string;
}

/** The datasets that can be named in a configuration. */
export const DATASET_NAMES = ["cifar10", "mnist", "image-folder", "synthetic-shapes"] as const;

export type DatasetName = (typeof DATASET_NAMES)[number];

/** What a {@link DatasetSource} needs to find its files. */
export interface LoadRequest {
  /** Folder with the user's own copy; without it, published datasets are downloaded once. */
  readonly dataDir?: string | undefined;
  /** Height and width of the images of an image folder [pixels]. */
  readonly imageSize?: number | undefined;
  /** Folder that semlink may fill and empty; nothing in it is irreplaceable. */
  readonly cacheFolder: string;
  readonly onProgress: Reporter;
  readonly signal?: AbortSignal | undefined;
}

/** One kind of dataset. Adding one is a file with such a value and a line in `node/prepare-data.ts`. */
export interface DatasetSource {
  readonly name: string;
  /** Validation images when the configuration does not say how many, out of `numTrain`. */
  defaultValidationCount(numTrain: number): number;
  load(request: LoadRequest): Promise<DecodedDataset>;
}

/** A data set of a user's own: a module that exports one as `dataset`. Its content is checked and hashed when it is loaded. */
export interface OwnDataset extends Omit<DatasetSource, "load"> {
  load(request: LoadRequest): Promise<Pick<DecodedDataset, "classNames" | "train" | "test">>;
}

/** Bytes of one image: `channels · height · width`. */
export function imageLength(set: Pick<ImageSet, "channels" | "height" | "width">): number {
  return set.channels * set.height * set.width;
}

/** The `count` images from `first` on: views into the memory of `set`, no copy. */
export function imagesFrom(set: ImageSet, first: number, count: number): ImageSet {
  const { channels, height, width, isLabelled } = set;
  const length = imageLength(set);
  return {
    images: set.images.subarray(first * length, (first + count) * length),
    labels: set.labels.subarray(first, first + count),
    count,
    channels,
    height,
    width,
    ...(isLabelled && { isLabelled: isLabelled.subarray(first, first + count) }),
  };
}

/**
 * The images at `indices`, in that order: a copy, or `set` itself when every image is asked for in its own order.
 *
 * @param indices - [count] each in 0 .. set.count - 1; repeats are allowed
 */
export function selectImages(set: ImageSet, indices: Uint32Array): ImageSet {
  if (indices.length === set.count && indices.every((source, i) => source === i)) return set;
  const length = imageLength(set);
  const images = new Uint8Array(indices.length * length);
  const labels = new Uint8Array(indices.length);
  indices.forEach((source, i) => {
    images.set(set.images.subarray(source * length, (source + 1) * length), i * length);
    labels[i] = set.labels[source]!;
  });
  const { channels, height, width } = set;
  return { images, labels, count: indices.length, channels, height, width };
}

/**
 * `count` images of a set, drawn without replacement, in their order; the set itself when it has no more. Drawn, since
 * the first images of a set may be of one class, and every tenth one too.
 */
export function randomSubset(set: ImageSet, count: number, rng: Rng): ImageSet {
  if (count >= set.count) return set;
  return selectImages(set, rng.permutation(set.count).slice(0, count).sort());
}
