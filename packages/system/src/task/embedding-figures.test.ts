// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import type { ImageSet } from "../data/dataset.ts";
import {
  embeddingR2,
  GALLERY,
  identifiedAmongGallery,
  identity100,
  relativeErrors,
} from "./embedding-figures.ts";

const WIDTH = 16;

function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}

describe("identifiedAmongGallery", () => {
  it("finds every image when the embedding arrives as it was sent, at any scale", () => {
    const sent = rngFrom(1).normal(3 * GALLERY * WIDTH);
    expect(mean(identifiedAmongGallery(sent, sent, WIDTH))).toBe(1);
    expect(
      mean(
        identifiedAmongGallery(
          sent.map((value) => 0.3 * value),
          sent,
          WIDTH,
        ),
      ),
    ).toBe(1);
  });

  it("finds one in a hundred in noise", () => {
    const numGalleries = 60;
    const sent = rngFrom(2).normal(numGalleries * GALLERY * WIDTH);
    const noise = rngFrom(3).normal(sent.length);
    const share = mean(identifiedAmongGallery(noise, sent, WIDTH));
    const sigma = Math.sqrt((0.01 * 0.99) / (numGalleries * GALLERY));
    expect(Math.abs(share - 0.01)).toBeLessThan(5 * sigma);
  });

  it("compares with the hundred of the own gallery only", () => {
    const sent = rngFrom(4).normal(2 * GALLERY * WIDTH);
    const twice = Float32Array.from({ length: sent.length }, (_, i) => sent[i % (GALLERY * WIDTH)]!);
    // Image 100 + i is a copy of image i: no confusion, they never meet.
    expect(mean(identifiedAmongGallery(twice, twice, WIDTH))).toBe(1);
  });

  it("does not count a tie as found", () => {
    const sent = rngFrom(5).normal(GALLERY * WIDTH);
    sent.copyWithin(WIDTH, 0, WIDTH); // images 0 and 1 are the same
    const found = identifiedAmongGallery(sent, sent, WIDTH);
    expect([...found.subarray(0, 3)]).toEqual([0, 0, 1]);
  });

  it("leaves out images beyond the last whole gallery", () => {
    const sent = rngFrom(6).normal((GALLERY + 7) * WIDTH);
    expect(identifiedAmongGallery(sent, sent, WIDTH).length).toBe(GALLERY);
    expect(identifiedAmongGallery(sent.slice(0, 7 * WIDTH), sent.slice(0, 7 * WIDTH), WIDTH).length).toBe(0);
  });
});

describe("relativeErrors", () => {
  const count = 2000;
  const sent = rngFrom(7)
    .normal(count * WIDTH)
    .map((value, i) => 2 * value + (i % WIDTH)); // each dimension its mean

  it("is 0 for what arrives as it was sent: R^2 = 1", () => {
    expect(mean(relativeErrors(sent, sent, WIDTH))).toBe(0);
  });

  it("has mean 1 when only the mean embedding arrives: R^2 = 0", () => {
    const means = Array.from({ length: WIDTH }, (_, d) => mean(sent.filter((_value, i) => i % WIDTH === d)));
    const received = sent.map((_, i) => means[i % WIDTH]!);
    expect(mean(relativeErrors(received, sent, WIDTH))).toBeCloseTo(1, 5);
  });

  it("has mean sigma^2 / 4 under noise of variance sigma^2, for embeddings of variance 4", () => {
    const noise = rngFrom(8).normal(sent.length);
    const received = sent.map((value, i) => value + 0.5 * noise[i]!);
    // Relative error of a mean of n squares is sqrt(2 / n), twice: of the noise and of the variance.
    const bound = 5 * 2 * Math.sqrt(2 / sent.length);
    expect(Math.abs(mean(relativeErrors(received, sent, WIDTH)) / (0.25 / 4) - 1)).toBeLessThan(bound);
  });

  it("is the squared error of each image over the variance of the sent ones", () => {
    const [a, b] = [Float32Array.of(1, 1, 5, 3), Float32Array.of(1, 3, 3, 3)];
    // Sent mean (2, 3), variance ((1 + 0) + (1 + 0)) / 2 = 1.
    expect([...relativeErrors(a, b, 2)]).toEqual([4, 4]);
  });
});

/** As many items as there are embeddings; the figures look at nothing else of them. */
function setOf(embeddings: Float32Array): ImageSet {
  const count = embeddings.length / WIDTH;
  const empty = new Uint8Array(0);
  return { images: empty, labels: empty, count, channels: 1, height: 1, width: 1 };
}

describe("figures of the embedding", () => {
  const sent = rngFrom(9).normal(GALLERY * WIDTH);
  const truth = { set: setOf(sent), sizes: {}, sent };

  it("are those of the relative errors and of the gallery", () => {
    const noise = rngFrom(10).normal(sent.length);
    const embedding = sent.map((value, i) => value + noise[i]!);
    const missed = embeddingR2.ofItems({ embedding }, truth)!;
    expect(missed).toEqual(relativeErrors(embedding, sent, WIDTH));
    expect(identity100.ofItems({ embedding }, truth)).toEqual(identifiedAmongGallery(embedding, sent, WIDTH));
  });

  it("are not defined where no embedding is sent, or none arrives", () => {
    for (const figure of [embeddingR2, identity100]) {
      expect(figure.ofItems({}, truth)).toBeNull();
      expect(figure.ofItems({ embedding: sent }, { set: truth.set, sizes: {} })).toBeNull();
    }
  });

  it("leave R^2 undefined where the variance of what was sent is rounding noise", () => {
    const rounding = rngFrom(11).normal(sent.length);
    const constant = sent.map((_, i) => 3 + (i % WIDTH) + 1e-6 * rounding[i]!);
    for (const still of [constant, constant.map(() => 0.7), constant.map(() => 0)]) {
      expect(embeddingR2.ofItems({ embedding: sent }, { ...truth, sent: still })).toBeNull();
    }
    const small = sent.map((value, i) => 3 + (i % WIDTH) + 1e-3 * value);
    expect(embeddingR2.ofItems({ embedding: small }, { ...truth, sent: small })).not.toBeNull();
  });

  it("leave the identity undefined for fewer items than a gallery", () => {
    const few = sent.slice(0, 99 * WIDTH);
    expect(identity100.ofItems({ embedding: few }, { set: setOf(few), sizes: {}, sent: few })).toBeNull();
  });
});
