// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { assembleDataset, withContentDigest } from "./assemble-dataset.ts";
import type { Dataset, DecodedDataset, ImageSet } from "./dataset.ts";
import { withNativeDigest } from "./node/decoded-cache.ts";
import { splitDataset, type SplitOptions } from "./split.ts";
import { drawShapes } from "./synthetic.ts";

const train = drawShapes(20, rngFrom(1));
const test = drawShapes(10, rngFrom(2));
const classNames = Array.from({ length: 10 }, (_, i) => `class ${i}`);
const parts: Omit<DecodedDataset, "contentDigest"> = { name: "synthetic-shapes", classNames, train, test };

function changedAt(array: Uint8Array, position: number): Uint8Array {
  return array.map((value, i) => (i === position ? value ^ 1 : value));
}

describe("withContentDigest", () => {
  it("changes with every part of the content", () => {
    const variants: Omit<DecodedDataset, "contentDigest">[] = [
      parts,
      { ...parts, classNames: classNames.with(3, "another name") },
      { ...parts, train: { ...train, images: changedAt(train.images, 700) } },
      { ...parts, train: { ...train, labels: changedAt(train.labels, 7) } },
      { ...parts, test: { ...test, images: changedAt(test.images, 0) } },
      { ...parts, test: { ...test, labels: changedAt(test.labels, 9) } },
      { ...parts, train: test, test: train },
    ];
    const digests = variants.map((variant) => withContentDigest(variant).contentDigest);
    expect(new Set(digests).size).toBe(variants.length);
    expect(withContentDigest(parts).contentDigest).toBe(digests[0]);
  });

  it("is the same from the platform's SHA-256, of name, sizes, images and labels", () => {
    const hash = createHash("sha256").update(
      JSON.stringify(["synthetic-shapes", classNames, "[3, 32, 32]", 20, 10]),
    );
    for (const set of [train, test]) hash.update(set.images).update(set.labels);
    const digest = hash.digest("hex");
    expect(withContentDigest(parts).contentDigest).toBe(digest);
    expect(withNativeDigest(parts).contentDigest).toBe(digest);
  });

  const wrong: readonly (readonly [string, Partial<ImageSet>])[] = [
    ["images of the wrong length", { images: test.images.subarray(1) }],
    ["labels of the wrong length", { labels: test.labels.subarray(1) }],
    ["a label that is no class", { labels: new Uint8Array(10).fill(10) }],
    ["another image size than train", { height: 64, width: 16 }],
  ];
  it.each(wrong)("refuses %s", (_, change) => {
    const broken = { ...parts, test: { ...test, ...change } };
    expect(() => withContentDigest(broken)).toThrow(
      expect.objectContaining({ code: "corrupt-data", where: "synthetic-shapes test" }),
    );
  });
});

const decoded = withContentDigest({
  name: "synthetic-shapes",
  classNames: Array.from({ length: 10 }, (_, i) => `class ${i}`),
  train: drawShapes(200, rngFrom(1)),
  test: drawShapes(100, rngFrom(2)),
});

function assemble(options: Partial<SplitOptions> = {}): Dataset {
  return assembleDataset(decoded, { seed: 0, validationCount: 50, labelFraction: 1, ...options });
}

function classCounts(set: ImageSet): number[] {
  return decoded.classNames.map((_, label) => set.labels.filter((other) => other === label).length);
}

describe("assembleDataset", () => {
  it("limits training and test images, class by class", () => {
    const { train, validation, test } = assemble({ trainLimit: 50, testLimit: 20 });
    expect(classCounts(train)).toEqual(new Array(10).fill(5));
    expect(classCounts(validation)).toEqual(new Array(10).fill(5));
    expect(classCounts(test)).toEqual(new Array(10).fill(2));
  });

  it("marks the usable labels of a low-label experiment, and none otherwise", () => {
    const { train, validation } = assemble({ labelFraction: 0.2 });
    expect(train.isLabelled!.reduce((sum, flag) => sum + flag, 0)).toBe(30);
    expect(validation.isLabelled).toBeUndefined();
    expect(assemble().train.isLabelled).toBeUndefined();
  });

  it("has a digest that changes with every choice that changes the bits", () => {
    const variants: Partial<SplitOptions>[] = [
      {},
      { seed: 1 },
      { validationCount: 49 },
      { trainLimit: 100 },
      { testLimit: 60 },
      { labelFraction: 0.5 },
    ];
    expect(new Set(variants.map((variant) => assemble(variant).digest)).size).toBe(variants.length);
  });

  it("takes mean and deviation from the training images that are used", () => {
    expect(assemble({ trainLimit: 10 }).mean).not.toEqual(assemble().mean);
    expect(assemble({ testLimit: 10 }).mean).toEqual(assemble().mean);
  });

  it("has the digest of content, counts and indices that the platform's SHA-256 gives", () => {
    const options = { seed: 0, validationCount: 50, labelFraction: 0.5 };
    const { train, validation, test, isLabelled } = splitDataset(decoded.train.labels, decoded.test.labels, {
      ...options,
      numClasses: 10,
    });
    const counts = [train.length, validation.length, test.length, isLabelled!.length];
    const hash = createHash("sha256").update(JSON.stringify([decoded.contentDigest, ...counts]));
    for (const part of [train, validation, test, isLabelled!]) hash.update(part);
    expect(assemble(options).digest).toBe(hash.digest("hex"));
  });
});
