// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alternatingFlipCrop, MAX_SHIFT, type View, viewBank, writeBatch, writeView } from "./augment.ts";
import { imageLength, type ImageSet } from "./dataset.ts";

const HEIGHT = 5;
const WIDTH = 6;
const set: ImageSet = {
  images: Uint8Array.from(rngFrom(1).integers(4 * 3 * HEIGHT * WIDTH, 256)),
  labels: new Uint8Array(4),
  count: 4,
  channels: 3,
  height: HEIGHT,
  width: WIDTH,
};
const MEAN = [0.5, 0.4, 0.3];
const STD = [0.2, 0.25, 0.3];
const LENGTH = imageLength(set);
const IDENTITY: View = { flip: false, dx: 0, dy: 0 };

function written(image: number, view: View): Float32Array {
  const out = new Float32Array(LENGTH);
  writeView(out, 0, set, image, view, MEAN, STD);
  return out;
}

function mirrored(image: Float32Array): Float32Array {
  return image.map((_, i) => image[i - (i % WIDTH) + WIDTH - 1 - (i % WIDTH)]!);
}

const views = fc.record({
  flip: fc.boolean(),
  dx: fc.integer({ min: -MAX_SHIFT, max: MAX_SHIFT }),
  dy: fc.integer({ min: -MAX_SHIFT, max: MAX_SHIFT }),
});

describe("viewBank", () => {
  it("starts with identity and flip", () => {
    expect(viewBank(2)).toEqual([IDENTITY, { ...IDENTITY, flip: true }]);
  });

  it("holds all 50 views of shifts up to two pixels, each once", () => {
    const bank = viewBank(50);
    expect(new Set(bank.map((view) => JSON.stringify(view))).size).toBe(50);
    expect(bank.every(({ dx, dy }) => Math.max(Math.abs(dx), Math.abs(dy)) <= MAX_SHIFT)).toBe(true);
  });

  it("is the start of every longer bank, shifts in pairs without and with flip", () => {
    const bank = viewBank(50);
    for (let n = 1; n <= 50; n++) expect(viewBank(n)).toEqual(bank.slice(0, n));
    bank.forEach((view, i) => {
      if (i % 2 === 1) expect(view).toEqual({ ...bank[i - 1]!, flip: true });
    });
  });

  it("reaches the four corners first", () => {
    const corners = viewBank(10).slice(2);
    expect(corners.every(({ dx, dy }) => Math.abs(dx) === 2 && Math.abs(dy) === 2)).toBe(true);
  });

  it.each([0, 51, 2.5])("refuses %d views", (numViews) => {
    expect(() => viewBank(numViews)).toThrow(expect.objectContaining({ code: "invalid-argument" }));
  });
});

describe("writeView", () => {
  it("normalises: (v / 255 − mean) / std in each channel", () => {
    const out = written(2, IDENTITY);
    for (let i = 0; i < LENGTH; i++) {
      const c = Math.floor(i / HEIGHT / WIDTH);
      const exact = (set.images[2 * LENGTH + i]! / 255 - MEAN[c]!) / STD[c]!;
      expect(out[i]).toBe(Math.fround(exact));
    }
  });

  it("moves the image by dx to the right and dy down, mirrored about the border pixel", () => {
    const ramp: ImageSet = {
      ...set,
      images: Uint8Array.from({ length: HEIGHT * WIDTH }, (_, i) => i),
      channels: 1,
      count: 1,
    };
    const out = new Float32Array(HEIGHT * WIDTH);
    const rows = (dx: number, dy: number): number[] => {
      writeView(out, 0, ramp, 0, { flip: false, dx, dy }, [0], [1 / 255]);
      return Array.from(out, Math.round);
    };
    expect(rows(2, 0).slice(0, WIDTH)).toEqual([2, 1, 0, 1, 2, 3]);
    expect(rows(-1, 0).slice(0, WIDTH)).toEqual([1, 2, 3, 4, 5, 4]);
    expect(rows(0, 1).filter((_, i) => i % WIDTH === 0)).toEqual([6, 0, 6, 12, 18]);
    expect(rows(0, -2).filter((_, i) => i % WIDTH === 0)).toEqual([12, 18, 24, 18, 12]);
  });

  it("mirrors the moved image left to right when flipped", () => {
    fc.assert(
      fc.property(views, fc.integer({ min: 0, max: 3 }), (view, image) => {
        const plain = written(image, { ...view, flip: false });
        expect(written(image, { ...view, flip: true })).toEqual(mirrored(plain));
      }),
    );
  });

  it("writes at the offset and nowhere else", () => {
    const out = new Float32Array(LENGTH + 4).fill(99);
    writeView(out, 2, set, 1, IDENTITY, MEAN, STD);
    expect(out.slice(2, -2)).toEqual(written(1, IDENTITY));
    expect([out[0], out[1], out.at(-2), out.at(-1)]).toEqual([99, 99, 99, 99]);
  });
});

describe("writeBatch", () => {
  it("is writeView of each image", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), views), { maxLength: 6 }), (items) => {
        const out = new Float32Array(items.length * LENGTH);
        const indices = Uint32Array.from(items, ([index]) => index);
        const each = items.map(([, view]) => view);
        writeBatch(out, set, indices, each, MEAN, STD);
        expect([...out]).toEqual(items.flatMap(([index, view]) => [...written(index, view)]));
      }),
    );
  });

  it("applies one view to every image", () => {
    const view = { flip: true, dx: 1, dy: -2 };
    const out = new Float32Array(2 * LENGTH);
    writeBatch(out, set, Uint32Array.of(3, 0), view, MEAN, STD);
    expect([...out]).toEqual([...written(3, view), ...written(0, view)]);
  });

  it("refuses an output or a list of views of another length", () => {
    const one = Uint32Array.of(0);
    const wrongLength = expect.objectContaining({ code: "invalid-argument" }) as Error;
    expect(() => writeBatch(new Float32Array(1), set, one, IDENTITY, MEAN, STD)).toThrow(wrongLength);
    expect(() => writeBatch(new Float32Array(LENGTH), set, one, [], MEAN, STD)).toThrow(wrongLength);
  });
});

describe("alternatingFlipCrop", () => {
  const rng = rngFrom(7).fold("augment");

  it("flips each image in every other epoch", () => {
    for (let index = 0; index < 50; index++) {
      const flips = [0, 1, 2, 3].map((epoch) => alternatingFlipCrop(rng, epoch, index).flip);
      expect(flips[1]).toBe(!flips[0]);
      expect(flips.slice(2)).toEqual(flips.slice(0, 2));
    }
  });

  it("flips half of the images first, and takes every shift equally often", () => {
    const count = 5000;
    const counts = new Map<string, number>();
    let numFlipped = 0;
    for (let index = 0; index < count; index++) {
      const { flip, dx, dy } = alternatingFlipCrop(rng, 0, index);
      if (flip) numFlipped++;
      counts.set(`${dx},${dy}`, (counts.get(`${dx},${dy}`) ?? 0) + 1);
    }
    expect(Math.abs(numFlipped - count / 2)).toBeLessThan(5 * Math.sqrt(count / 4)); // 5 sigma, binomial
    expect(counts.size).toBe(25);
    const sigma = Math.sqrt(count * (1 / 25) * (24 / 25));
    for (const n of counts.values()) expect(Math.abs(n - count / 25)).toBeLessThan(5 * sigma);
  });

  it("depends on generator, epoch and image only", () => {
    expect(alternatingFlipCrop(rng, 3, 9)).toEqual(alternatingFlipCrop(rngFrom(7).fold("augment"), 3, 9));
  });
});
