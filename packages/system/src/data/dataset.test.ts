// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { type ImageSet, randomSubset } from "./dataset.ts";

// One pixel each, its value the place in the set; ten classes one after the other, as in a folder of images.
const COUNT = 250;
const set: ImageSet = {
  images: Uint8Array.from({ length: COUNT }, (_, i) => i),
  labels: Uint8Array.from({ length: COUNT }, (_, i) => Math.floor(i / 25)),
  count: COUNT,
  channels: 1,
  height: 1,
  width: 1,
};

describe("randomSubset", () => {
  const subset = randomSubset(set, 100, rngFrom(1));

  it("has as many images as asked for, each once, in their order, with their labels", () => {
    expect(subset.count).toBe(100);
    expect([...subset.images]).toEqual([...new Set(subset.images)].toSorted((a, b) => a - b));
    expect([...subset.labels]).toEqual([...subset.images].map((place) => Math.floor(place / 25)));
  });

  it("is of all classes, also where the set is sorted by class", () => {
    // Hypergeometric: 100 of 250 with 25 of a class, mean 10, variance 100 * 0.1 * 0.9 * 150 / 249.
    const sigma = Math.sqrt((9 * 150) / 249);
    for (let label = 0; label < 10; label++) {
      const count = subset.labels.filter((other) => other === label).length;
      expect(Math.abs(count - 10)).toBeLessThan(5 * sigma);
    }
  });

  it("is a function of its address", () => {
    expect(randomSubset(set, 100, rngFrom(1))).toEqual(subset);
    expect(randomSubset(set, 100, rngFrom(2))).not.toEqual(subset);
  });

  it("is the set itself when there are no more images", () => {
    expect(randomSubset(set, 250, rngFrom(1))).toBe(set);
    expect(randomSubset(set, 2000, rngFrom(1))).toBe(set);
  });
});
