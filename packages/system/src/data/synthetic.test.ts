// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { imageLength, type ImageSet } from "./dataset.ts";
import { datasetConformance } from "./dataset.conformance.ts";
import { drawShapes, syntheticShapes } from "./synthetic.ts";

const load = () => syntheticShapes.load({ cacheFolder: "never used", onProgress: () => undefined });

datasetConformance("synthetic-shapes", {
  load,
  classNames: [
    "warm disc",
    "warm square",
    "warm triangle",
    "warm cross",
    "warm ring",
    "cool disc",
    "cool square",
    "cool triangle",
    "cool cross",
    "cool ring",
  ],
  trainCount: 3000,
  testCount: 1000,
  imageShape: [3, 32, 32],
  validationCount: 500,
});

/** Mean intensity of one channel plane of one image. */
function planeMean(set: ImageSet, image: number, channel: number): number {
  const start = image * imageLength(set) + channel * 1024;
  return set.images.subarray(start, start + 1024).reduce((sum, v) => sum + v, 0) / 1024;
}

/** Share of test images whose nearest class mean, in pixels, is their own class's. */
function nearestMeanAccuracy(train: ImageSet, test: ImageSet): number {
  const length = imageLength(train);
  const means = Array.from({ length: 10 }, () => new Float64Array(length));
  for (let i = 0; i < train.count; i++) {
    const mean = means[train.labels[i]!]!;
    for (let p = 0; p < length; p++) mean[p]! += (10 * train.images[i * length + p]!) / train.count;
  }
  let numCorrect = 0;
  for (let i = 0; i < test.count; i++) {
    const distances = means.map((mean) =>
      mean.reduce((sum, m, p) => sum + (m - test.images[i * length + p]!) ** 2, 0),
    );
    if (distances.indexOf(Math.min(...distances)) === test.labels[i]) numCorrect++;
  }
  return numCorrect / test.count;
}

describe("drawShapes", () => {
  it("gives the first images of a longer draw", () => {
    const short = drawShapes(15, rngFrom(1));
    const long = drawShapes(40, rngFrom(1));
    expect(short.images).toEqual(long.images.slice(0, short.images.length));
    expect(short.labels).toEqual(long.labels.slice(0, 15));
  });

  it("paints warm classes redder than cool ones, in planes red, green, blue", () => {
    const set = drawShapes(1000, rngFrom(2));
    const excess = { warm: 0, cool: 0 };
    for (let i = 0; i < set.count; i++) {
      excess[set.labels[i]! < 5 ? "warm" : "cool"] += planeMean(set, i, 0) - planeMean(set, i, 2);
    }
    expect(excess.warm / 500).toBeGreaterThan(10);
    expect(excess.cool / 500).toBeLessThan(-10);
  });

  it("is learnable, and not by templates alone", () => {
    const [train, test] = [drawShapes(1000, rngFrom(3)), drawShapes(500, rngFrom(4))];
    const accuracy = nearestMeanAccuracy(train, test);
    expect(accuracy).toBeGreaterThan(0.1 + 5 * Math.sqrt((0.1 * 0.9) / test.count)); // 5 sigma above chance
    expect(accuracy).toBeLessThan(0.7);
  });
});
