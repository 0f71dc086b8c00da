// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Split, splitDataset, type SplitOptions, stratifiedPermutation } from "./split.ts";

const balanced = Uint8Array.from({ length: 600 }, (_, i) => (i * 7) % 10);
const base: SplitOptions = { seed: 0, numClasses: 10, validationCount: 100, labelFraction: 1 };

function split(options: Partial<SplitOptions> = {}): Split {
  return splitDataset(balanced, balanced, { ...base, ...options });
}

function classCounts(indices: Uint32Array, labels: Uint8Array): number[] {
  const counts = new Array<number>(10).fill(0);
  for (const index of indices) counts[labels[index]!]!++;
  return counts;
}

const seeds = fc.integer({ min: 0, max: 2 ** 31 });

describe("stratifiedPermutation", () => {
  it("is a permutation, whatever the classes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ max: 9, maxLength: 200 }), seeds, (labels, seed) => {
        const order = stratifiedPermutation(labels, 10, rngFrom(seed));
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from(labels, (_, i) => i));
      }),
    );
  });

  it("keeps equal classes within one image of each other in every prefix", () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 0, max: 600 }), (seed, length) => {
        const order = stratifiedPermutation(balanced, 10, rngFrom(seed));
        const counts = classCounts(order.subarray(0, length), balanced);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("keeps unequal classes in proportion in every prefix", () => {
    const labels = Uint8Array.from({ length: 1000 }, (_, i) => (i < 700 ? 0 : i < 950 ? 1 : 2));
    const order = stratifiedPermutation(labels, 3, rngFrom(5));
    for (let length = 0; length <= 1000; length++) {
      const counts = classCounts(order.subarray(0, length), labels);
      [700, 250, 50].forEach((size, c) => {
        // Rounding in each of the three classes moves the prefix by at most 3 / 2 images in all.
        expect(Math.abs(counts[c]! - (length * size) / 1000)).toBeLessThanOrEqual(0.5 + (1.5 * size) / 1000);
      });
    }
  });

  it("is another order for another seed", () => {
    expect(stratifiedPermutation(balanced, 10, rngFrom(1))).not.toEqual(
      stratifiedPermutation(balanced, 10, rngFrom(2)),
    );
  });
});

describe("splitDataset", () => {
  it("divides the training images: none is in both sets, none is lost", () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 599 }), (seed, validationCount) => {
        const { train, validation } = split({ seed, validationCount });
        expect(validation.length).toBe(validationCount);
        expect(new Set([...train, ...validation]).size).toBe(600);
        expect(train.length + validation.length).toBe(600);
      }),
    );
  });

  it("keeps train and validation disjoint under every limit", () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 500 }), (seed, trainLimit) => {
        const { train, validation } = split({ seed, trainLimit });
        const held = new Set(validation);
        expect(train.length).toBe(trainLimit);
        expect([...train].filter((index) => held.has(index))).toEqual([]);
      }),
    );
  });

  it("balances training, validation and test classes", () => {
    const { train, validation, test } = split({ trainLimit: 200, testLimit: 50 });
    expect(classCounts(train, balanced)).toEqual(new Array(10).fill(20));
    expect(classCounts(validation, balanced)).toEqual(new Array(10).fill(10));
    expect(classCounts(test, balanced)).toEqual(new Array(10).fill(5));
  });

  it("grows with its limit: more training images include the fewer", () => {
    const few = split({ trainLimit: 73 });
    const many = new Set(split({ trainLimit: 250 }).train);
    expect([...few.train].filter((index) => !many.has(index))).toEqual([]);
    expect(few.validation).toEqual(split().validation);
  });

  it("tests on the same images whatever the seed", () => {
    expect(split({ seed: 1, testLimit: 30 }).test).toEqual(split({ seed: 2, testLimit: 30 }).test);
  });

  it("marks a stratified share of the training labels as usable, and a larger share keeps the smaller", () => {
    const { train, isLabelled } = split({ labelFraction: 0.1 });
    const larger = split({ labelFraction: 0.5 }).isLabelled!;
    expect(
      classCounts(
        train.filter((_, i) => isLabelled![i] === 1),
        balanced,
      ),
    ).toEqual(new Array(10).fill(5));
    expect(isLabelled!.every((flag, i) => flag <= larger[i]!)).toBe(true);
    expect(split().isLabelled).toBeUndefined();
  });

  it("has ascending indices", () => {
    for (const part of [split().train, split().validation, split().test])
      expect(part).toEqual(part.slice().sort());
  });

  it("takes limits as at most: one above what is there takes all", () => {
    expect(split({ trainLimit: 501, testLimit: 601 })).toEqual(split());
  });

  it.each([
    ["data.validationCount", { validationCount: 600 }],
    ["data.validationCount", { validationCount: 0 }],
    ["data.trainLimit", { trainLimit: 0 }],
    ["data.testLimit", { testLimit: 1.5 }],
  ])("refuses %s in %j", (where, options) => {
    expect(() => split(options)).toThrow(expect.objectContaining({ code: "invalid-config", where }));
  });
});
