// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { ImageSet } from "./dataset.ts";
import { intensityMoments, toPlanar } from "./intensities.ts";

it("toPlanar separates the channels of each image", () => {
  const out = new Uint8Array(12);
  toPlanar(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), out, { channels: 3, numPixels: 2 });
  expect([...out]).toEqual([1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12]);
});

function imageSet(images: readonly number[], channels: number): ImageSet {
  const count = images.length / channels / 2;
  const labels = new Uint8Array(count);
  return { images: Uint8Array.from(images), labels, count, channels, height: 1, width: 2 };
}

describe("intensityMoments", () => {
  it("gives mean and population deviation of each channel in 0..1", () => {
    // Two images of two channels of two pixels: channel 0 holds 0, 255, 0, 255; channel 1 holds 51, 51, 153, 153.
    const { mean, std } = intensityMoments(imageSet([0, 255, 51, 51, 0, 255, 153, 153], 2));
    expect(mean[0]).toBeCloseTo(0.5, 12);
    expect(std[0]).toBeCloseTo(0.5, 12);
    expect(mean[1]).toBeCloseTo(0.4, 12);
    expect(std[1]).toBeCloseTo(0.2, 12);
  });

  it("refuses a channel that never changes", () => {
    const blank = imageSet([1, 2, 9, 9, 3, 4, 9, 9], 2);
    expect(() => intensityMoments(blank)).toThrow(expect.objectContaining({ code: "constant-channel" }));
  });
});
