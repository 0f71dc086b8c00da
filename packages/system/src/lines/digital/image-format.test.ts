// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { ImageSet } from "../../data/dataset.ts";
import { imageFormats } from "./separation-config.ts";
import { compressImage, withoutContainer } from "./image-format.ts";

const SIDE = 16;
/** Smooth images, each of its own colours. */
function smoothImages(channels: 1 | 3): ImageSet {
  const count = 2;
  const tones = rngFrom(5).uniform(count * channels * 3);
  const length = channels * SIDE * SIDE;
  const images = Uint8Array.from({ length: count * length }, (_, i) => {
    const plane = Math.floor(i / (SIDE * SIDE));
    const [base, x, y] = tones.subarray(3 * plane, 3 * plane + 3) as unknown as [number, number, number];
    const [row, column] = [Math.floor((i % (SIDE * SIDE)) / SIDE), i % SIDE];
    return Math.round(40 + 60 * base + 5 * x * column + 5 * y * row);
  });
  return { images, labels: new Uint8Array(count), count, channels, height: SIDE, width: SIDE };
}
const colour = smoothImages(3);

describe.each(imageFormats)("%s", (format) => {
  it("comes back in planes, near the original at high quality", async () => {
    for (const set of [colour, smoothImages(1)]) {
      const { pixels } = await compressImage(set, 1, { format, quality: 95, scale: 1 });
      const original = set.images.subarray(pixels.length, 2 * pixels.length);
      const error = pixels.reduce((sum, value, i) => sum + (value - original[i]!) ** 2, 0) / pixels.length;
      expect(error).toBeLessThan(30); // another image or another order of axes is off by hundreds
    }
  });

  it("is a payload within the file, shorter at lower quality and at half the size", async () => {
    const [fine, coarse, half] = await Promise.all(
      [
        { quality: 90, scale: 1 },
        { quality: 5, scale: 1 },
        { quality: 90, scale: 0.5 },
      ].map(async (setting) => (await compressImage(colour, 0, { format, ...setting })).payload.length),
    );
    expect(coarse).toBeGreaterThan(0);
    expect(coarse).toBeLessThan(fine!);
    expect(half).toBeLessThan(fine!);
  });
});

/** Colours of the test images in the order of pixels. */
async function fileOf(format: "jpeg" | "webp", red: number): Promise<Buffer> {
  const create = { width: SIDE, height: SIDE, channels: 3 as const, background: { r: red, g: 90, b: 20 } };
  const image = sharp({ create });
  return (format === "jpeg" ? image.jpeg({ quality: 30, optimiseCoding: false }) : image.webp()).toBuffer();
}

describe("withoutContainer", () => {
  it("leaves out of a JPEG what all images of one setting share, and its end mark", async () => {
    const [a, b] = [await fileOf("jpeg", 200), await fileOf("jpeg", 10)];
    const [scanA, scanB] = [withoutContainer("jpeg", a), withoutContainer("jpeg", b)];
    const header = a.subarray(0, a.length - 2 - scanA.length);
    expect(b.subarray(0, header.length)).toEqual(header);
    expect([...a.subarray(-2)]).toEqual([0xff, 0xd9]);
    expect(Buffer.from(b.subarray(header.length, -2))).toEqual(Buffer.from(scanB));
  });

  it("leaves out of a WebP chunk names, lengths, start code and size", async () => {
    const file = await fileOf("webp", 200);
    const payload = withoutContainer("webp", file);
    const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
    expect(payload.length).toBe(view.getUint32(16, true) - 7);
    expect([...file.subarray(23, 26)]).toEqual([0x9d, 0x01, 0x2a]);
    expect([view.getUint16(26, true), view.getUint16(28, true)]).toEqual([SIDE, SIDE]);
  });

  it("refuses a file of another layout", async () => {
    const lossless = await sharp(await fileOf("webp", 1))
      .webp({ lossless: true })
      .toBuffer();
    for (const format of imageFormats) {
      expect(() => withoutContainer(format, lossless)).toThrow(
        expect.objectContaining({ code: "unknown-format" }),
      );
    }
  });
});
