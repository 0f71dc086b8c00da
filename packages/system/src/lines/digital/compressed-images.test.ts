// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { type CompressedSet, compressedMessages, compressImages, fieldBits } from "./compressed-images.ts";
import { brightestChannel, fixtureDevice } from "../device.fixture.ts";
import { compressImage } from "./image-format.ts";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
/** Two images by three settings; the second image does not fit by the last. */
const compressed: readonly CompressedSet[] = [
  { payloads: [bytes(1), bytes(2, 3)], errors: Float32Array.of(90, 80), decisions: bytes(0, 0) },
  { payloads: [bytes(9, 8, 7), bytes(6, 5, 4)], errors: Float32Array.of(10, 95), decisions: bytes(1, 1) },
  { payloads: [bytes(1, 2, 3, 4), undefined], errors: Float32Array.of(20, 0), decisions: bytes(2, 2) },
];
const NUM_SETTINGS = 3;
const fields = fieldBits(NUM_SETTINGS, 40);

describe("compressedMessages", () => {
  it("tells setting and length in front, and counts both", () => {
    expect(fields).toEqual({ setting: 2, length: 3 }); // 3 settings; 0 to 5 bytes in 40 bits
    const { payload } = compressedMessages(compressed, 2, NUM_SETTINGS).messages(40);
    const first = payload.subarray(0, 40).join("");
    expect(first).toBe("0101100001001" + "0000100000000111".padEnd(27, "0"));
  });

  it("takes the setting of least error among those that fit", () => {
    const source = compressedMessages(compressed, 2, NUM_SETTINGS);
    expect(source.messages(40)).toMatchObject({ decisions: bytes(1, 0), fits: bytes(1, 1) });
    // 2 + 3 + 16 bits are 2 bytes: the first image takes its shortest form.
    expect(source.messages(24)).toMatchObject({ decisions: bytes(0, 0), fits: bytes(1, 1) });
  });

  it("sends zeros for an image that does not fit, and says so", () => {
    const { payload, fits } = compressedMessages(compressed, 2, NUM_SETTINGS).messages(13);
    expect([...fits!]).toEqual([1, 0]);
    expect(payload.subarray(13).every((bit) => bit === 0)).toBe(true);
    expect(compressedMessages(compressed, 2, NUM_SETTINGS).messages(8).fits).toEqual(bytes(0, 0));
  });
});

describe("compressImages", () => {
  it("classifies the decoded images, and ends a ladder where none fits", async () => {
    const { images, labels } = fixtureDevice(1, 8);
    const ladder = [5, 100].map((quality) => ({ format: "jpeg" as const, scale: 1, quality }));
    const lengths = await Promise.all(
      ladder.map(async (setting) => (await compressImage(images, 0, setting)).payload.length),
    );
    const most = lengths[0]! + 1;
    expect(lengths[1]).toBeGreaterThan(most + 3);
    const seen: number[] = [];
    const made = await compressImages(images, [ladder], most, async (set) => {
      seen.push(set.images.length);
      return brightestChannel(set);
    });
    expect(made.length).toBe(1);
    expect(seen).toEqual(made.map(() => images.images.length));
    for (const { payloads, errors, decisions } of made) {
      expect(payloads.every((payload) => payload === undefined || payload.length <= most)).toBe(true);
      expect(errors.every((error) => error >= 0 && error < 2000)).toBe(true);
      expect([...decisions]).toEqual([...labels]);
    }
  });
});
