// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { withContentDigest } from "./content-digest.ts";
import { withNativeDigest } from "./node/content-digest.ts";
import type { DecodedDataset, ImageSet } from "./dataset.ts";
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
