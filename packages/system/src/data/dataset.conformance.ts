// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { type Dataset, type DecodedDataset, imageLength, type ImageSet } from "./dataset.ts";
import { assembleDataset } from "./assemble-dataset.ts";

/** What the suite knows about a dataset from elsewhere than its decoder. */
export interface DatasetFacts {
  readonly load: () => Promise<DecodedDataset>;
  readonly classNames: readonly string[];
  readonly trainCount: number;
  readonly testCount: number;
  /** Channels, height, width. */
  readonly imageShape: readonly [channels: number, height: number, width: number];
  readonly validationCount: number;
  /** Intensity of a pixel of the decoded dataset, where it is known, and how far decoding may be off. */
  readonly known?: {
    intensity(set: "train" | "test", index: number, channel: number, y: number, x: number): number;
    readonly tolerance: number;
  };
}

const SETS = ["train", "validation", "test"] as const;

/** The laws of every dataset. All images of `facts` must differ, or the sets cannot be told apart. */
export function datasetConformance(title: string, facts: DatasetFacts): void {
  describe(`dataset: ${title}`, () => {
    let decoded: DecodedDataset;
    let dataset: Dataset;
    const split = (seed: number): Dataset =>
      assembleDataset(decoded, { seed, validationCount: facts.validationCount, labelFraction: 1 });

    beforeAll(async () => {
      decoded = await facts.load();
      dataset = split(3);
    });

    it("has the published counts and class names", () => {
      expect(decoded.classNames).toEqual(facts.classNames);
      expect(dataset.train.count).toBe(facts.trainCount - facts.validationCount);
      expect(dataset.validation.count).toBe(facts.validationCount);
      expect(dataset.test.count).toBe(facts.testCount);
    });

    it("keeps arrays, counts and image shape consistent", () => {
      for (const set of SETS.map((name) => dataset[name])) {
        expect([set.channels, set.height, set.width]).toEqual(facts.imageShape);
        expect(set.images.length).toBe(set.count * imageLength(set));
        expect(set.labels.length).toBe(set.count);
      }
    });

    it("labels every image with a class, and every class has training images", () => {
      for (const name of SETS) {
        expect(Math.max(...dataset[name].labels)).toBeLessThan(facts.classNames.length);
      }
      expect(new Set(dataset.train.labels).size).toBe(facts.classNames.length);
    });

    it("shares no image between training, validation and test", () => {
      const [train, validation, test] = SETS.map((name) => new Set(imagesOf(dataset[name])));
      for (const [a, b] of [
        [train!, validation!],
        [train!, test!],
        [validation!, test!],
      ] as const) {
        expect([...a].filter((image) => b.has(image))).toHaveLength(0);
      }
    });

    it("keeps each image with its label through the split", () => {
      const labelOf = new Map(imagesOf(decoded.train).map((image, i) => [image, decoded.train.labels[i]]));
      for (const set of [dataset.train, dataset.validation]) {
        expect(imagesOf(set).map((image) => labelOf.get(image))).toEqual([...set.labels]);
      }
    });

    it("has the mean and deviation of its training images, channel by channel", () => {
      const { images, channels, height, width } = dataset.train;
      const numPixels = height * width;
      for (let c = 0; c < channels; c++) {
        const n = images.length / channels;
        const sumOver = (term: (intensity: number) => number): number => {
          let sum = 0;
          for (let start = c * numPixels; start < images.length; start += channels * numPixels) {
            for (let i = start; i < start + numPixels; i++) sum += term(images[i]! / 255);
          }
          return sum;
        };
        const mean = sumOver((v) => v) / n;
        const variance = sumOver((v) => (v - mean) ** 2) / n;
        expect(dataset.mean[c]).toBeCloseTo(mean, 9);
        expect(dataset.std[c]).toBeCloseTo(Math.sqrt(variance), 9);
      }
    });

    it("has the same bits for the same seed", () => {
      expect(bitsOf(split(3))).toEqual(bitsOf(dataset));
    });

    it("has another split, and so another digest, for another seed", () => {
      const other = split(4);
      expect(other.digest).not.toBe(dataset.digest);
      expect(bitsOf(other).test).toEqual(bitsOf(dataset).test);
      expect(bitsOf(other).validation).not.toEqual(bitsOf(dataset).validation);
    });

    it("has the same content when it is loaded again", async () => {
      expect((await facts.load()).contentDigest).toBe(decoded.contentDigest);
    });

    const { known } = facts;
    if (known === undefined) return;
    it("is planar: [count, channels, height, width]", () => {
      for (const name of ["train", "test"] as const) {
        const { images, count, channels, height, width } = decoded[name];
        let i = 0;
        let worst = 0;
        for (let n = 0; n < count; n++)
          for (let c = 0; c < channels; c++)
            for (let y = 0; y < height; y++)
              for (let x = 0; x < width; x++)
                worst = Math.max(worst, Math.abs(images[i++]! - known.intensity(name, n, c, y, x)));
        expect(worst).toBeLessThanOrEqual(known.tolerance);
      }
    });
  });
}

/** A dataset with a digest in place of each array: cheap to compare, equal exactly when the bits are. */
function bitsOf(dataset: Dataset): Readonly<Record<string, unknown>> {
  const sets = SETS.map((name) => {
    const { images, labels, ...rest } = dataset[name];
    return [name, { ...rest, digest: createHash("sha256").update(images).update(labels).digest("hex") }];
  });
  return { ...dataset, ...(Object.fromEntries(sets) as Record<string, unknown>) };
}

/** Each image as one comparable string. */
function imagesOf(set: ImageSet): string[] {
  const length = imageLength(set);
  const bytes = Buffer.from(set.images.buffer, set.images.byteOffset, set.images.length);
  return Array.from({ length: set.count }, (_, i) => bytes.toString("latin1", i * length, (i + 1) * length));
}
