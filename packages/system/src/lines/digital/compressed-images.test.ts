// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { imageLength } from "../../data/dataset.ts";
import { brightestChannel, fixtureDevice } from "../device.fixture.ts";
import {
  compressedMessages,
  type CompressedSet,
  compressImages,
  fieldBits,
  imagesAtBudgets,
  imageSettings,
} from "./compressed-images.ts";
import { compressImage } from "./image-format.ts";
import { imageBudgets } from "./separation.ts";

const COUNT = 6;
const { images } = fixtureDevice(1, COUNT);
const ladders = imageSettings(["jpeg"]);
const length = imageLength(images);

/** Each image by each setting: size, squared error, pixels. */
const forms = await Promise.all(
  Array.from({ length: COUNT }, (_, image) =>
    Promise.all(
      ladders.flat().map(async (setting) => {
        const { payload, pixels } = await compressImage(images, image, setting);
        const own = images.images.subarray(image * length, (image + 1) * length);
        const error = pixels.reduce((sum, value, i) => sum + (value - own[i]!) ** 2, 0);
        return { size: payload.length, error, pixels };
      }),
    ),
  ),
);
const smallest = forms.map((ofImage) => Math.min(...ofImage.map(({ size }) => size)));
const bestAt = (image: number, budget: number): Uint8Array =>
  forms[image]!.filter(({ size }) => size <= budget).reduce((a, b) => (b.error < a.error ? b : a)).pixels;

describe("imagesAtBudgets", () => {
  it("shows each image as the transmitter would send it at its budget: the least squared error that fits", async () => {
    const budgets = [Math.max(...smallest), 2 * Math.max(...smallest)];
    const copies = 5;
    const seen = await imagesAtBudgets(images, { ladders, budgets, copies, rng: rngFrom(1) });
    expect(seen.count).toBe(copies * COUNT);
    const usedBudgets = new Set<number>();
    for (let row = 0; row < seen.count; row++) {
      const image = row % COUNT;
      expect(seen.labels[row]).toBe(images.labels[image]);
      const pixels = seen.images.subarray(row * length, (row + 1) * length);
      const used = budgets.filter((budget) => bestAt(image, budget).every((value, i) => value === pixels[i]));
      expect(used.length).toBeGreaterThan(0);
      if (used.length === 1) usedBudgets.add(used[0]!);
    }
    expect([...usedBudgets].sort((a, b) => a - b)).toEqual(budgets); // both are drawn
  });

  it("leaves out what fits no message, as it is never sent", async () => {
    const [last] = ladders.map((ladder) => ladder.slice(-1)); // best quality at full size: lengths differ
    const sizes = forms.map((ofImage) => ofImage[ladders[0]!.length - 1]!.size);
    const budget = [...sizes].sort((a, b) => a - b)[2]!;
    const options = { ladders: [last!], budgets: [budget], copies: 1, rng: rngFrom(1) };
    const seen = await imagesAtBudgets(images, options);
    const fitting = sizes.flatMap((size, image) => (size <= budget ? [image] : []));
    expect(fitting.length).toBeLessThan(COUNT);
    expect([...seen.labels]).toEqual(fitting.map((image) => images.labels[image]));
    const none = await imagesAtBudgets(images, { ...options, budgets: [1] });
    expect(none).toMatchObject({ count: 0, images: new Uint8Array(0) });
  });
});

describe("imageBudgets", () => {
  it("are the bytes behind the fields in the messages of every rate and constellation, each once", () => {
    // 16 settings: 4 bits. Of 64 symbols QPSK 1/2 carries 64 bits: 16 check bits, 4 of the setting, 3 of the length.
    expect(imageBudgets([64], ["jpeg"])).toContain(Math.floor((64 - 16 - 4 - 3) / 8));
    const budgets = imageBudgets([16, 64], ["jpeg"]);
    expect(budgets).toEqual([...new Set(budgets)].sort((a, b) => a - b));
    expect(budgets[0]).toBeGreaterThanOrEqual(1);
    expect(budgets.at(-1)).toBe(Math.floor((Math.floor((5 / 6) * 64 * 8) - 16 - 4 - 6) / 8));
  });

  it("are none where no message holds a byte of an image", () => {
    expect(imageBudgets([2, 4], ["jpeg"])).toEqual([]);
  });
});

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
