// SPDX-License-Identifier: Apache-2.0
import { type Rng, rngFrom, SemlinkError } from "@semlink/engine";

/** How many images go where; the parts of a configuration that the split depends on. */
export interface SplitOptions {
  readonly seed: number;
  readonly numClasses: number;
  /** Training images set aside for validation. */
  readonly validationCount: number;
  /** At most this many training images, after validation is set aside. */
  readonly trainLimit?: number | undefined;
  /** At most this many test images, the same ones for every seed. */
  readonly testLimit?: number | undefined;
  /** Share of the training images whose labels may be used, in (0, 1]. */
  readonly labelFraction: number;
}

/** Index sets in ascending order. `train` and `validation` are disjoint parts of the original training images. */
export interface Split {
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
  /** Indices into the original test images, which no other set refers to. */
  readonly test: Uint32Array;
  /** Aligned with `train`: 1 where the label may be used. Absent when `labelFraction` is 1. */
  readonly isLabelled?: Uint8Array;
}

/**
 * Divides a dataset. One class-stratified permutation of the training images gives first the validation set and
 * then the training set, so that a larger `trainLimit` contains a smaller one, and validation does not depend on
 * any limit.
 *
 * @param trainLabels - labels of the original training images
 * @param testLabels - labels of the original test images
 * @throws SemlinkError "invalid-config" when a count does not fit the dataset
 */
export function splitDataset(trainLabels: Uint8Array, testLabels: Uint8Array, options: SplitOptions): Split {
  const { seed, numClasses, validationCount, labelFraction } = options;
  checkCount("data.validationCount", validationCount, trainLabels.length - 1);
  const numTrain = trainLabels.length - validationCount;
  const trainLimit = atMost("data.trainLimit", options.trainLimit, numTrain);
  const testLimit = atMost("data.testLimit", options.testLimit, testLabels.length);

  const rng = rngFrom(seed);
  const order = stratifiedPermutation(trainLabels, numClasses, rng.fold("validation-split"));
  const train = order.slice(validationCount, validationCount + trainLimit).sort();
  const labels = Uint8Array.from(train, (index) => trainLabels[index]!);
  // A root of its own: runs with different seeds are compared on the same test images.
  const testOrder = stratifiedPermutation(testLabels, numClasses, rngFrom(0).fold("test-limit"));
  return {
    train,
    validation: order.slice(0, validationCount).sort(),
    test: testOrder.slice(0, testLimit).sort(),
    ...(labelFraction < 1 && { isLabelled: labelMask(labels, numClasses, labelFraction, rng) }),
  };
}

/**
 * A random order in which every prefix has the classes in proportion: the member of rank `r` among `n` of its
 * class stands at `(r + 1/2) / n`, ties in random class order.
 *
 * With equal class sizes any two classes differ by at most one image in every prefix.
 *
 * @param labels - [count] in 0 .. numClasses - 1
 * @returns [count] the indices 0 .. count - 1, each once
 */
export function stratifiedPermutation(labels: Uint8Array, numClasses: number, rng: Rng): Uint32Array {
  const sizes = new Uint32Array(numClasses);
  for (const label of labels) sizes[label]!++;
  const tieOrder = rng.fold("classes").permutation(numClasses);
  const members = rng.fold("images").permutation(labels.length);
  const seen = new Uint32Array(numClasses);
  const place = new Float64Array(labels.length);
  for (const index of members) {
    const label = labels[index]!;
    place[index] = (seen[label]!++ + 0.5) / sizes[label]!;
  }
  return members.sort((a, b) => place[a]! - place[b]! || tieOrder[labels[a]!]! - tieOrder[labels[b]!]!);
}

/** @returns [count] 1 for a stratified `fraction` of the images, nested: a larger fraction keeps the smaller's */
function labelMask(labels: Uint8Array, numClasses: number, fraction: number, rng: Rng): Uint8Array {
  const numLabelled = Math.max(1, Math.round(fraction * labels.length));
  const order = stratifiedPermutation(labels, numClasses, rng.fold("labelled-split"));
  const mask = new Uint8Array(labels.length);
  for (const index of order.subarray(0, numLabelled)) mask[index] = 1;
  return mask;
}

/** How many images a limit leaves of those that are there. */
function atMost(where: string, limit: number | undefined, count: number): number {
  if (limit === undefined) return count;
  checkCount(where, limit, Infinity);
  return Math.min(limit, count);
}

function checkCount(where: string, value: number, max: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= max) return;
  const expected = max === Infinity ? "an integer of at least 1" : `an integer in 1..${max}`;
  throw new SemlinkError({ code: "invalid-config", where, expected, actual: String(value) });
}
