// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { viewBank, writeBatch, writeView } from "./augment.ts";
import { imageLength, type ImageSet } from "./dataset.ts";
import { forEachBatch, ImageBatches, type ImageBatchesOptions } from "./image-batches.ts";

const [COUNT, BATCH] = [12, 4];
const set: ImageSet = {
  images: Uint8Array.from(rngFrom(1).integers(COUNT * 2 * 3 * 3, 256)),
  labels: Uint8Array.from({ length: COUNT }, (_, image) => 100 + image),
  count: COUNT,
  channels: 2,
  height: 3,
  width: 3,
};
const LENGTH = imageLength(set);
const MOMENTS = { mean: [0.4, 0.5], std: [0.2, 0.3] };
const [identity, flipped] = viewBank(2);

function batches(changes: Partial<ImageBatchesOptions> = {}): ImageBatches {
  const viewOf = (epoch: number, index: number): typeof identity & object =>
    (epoch + index) % 2 ? flipped! : identity!;
  return new ImageBatches({ set, batchSize: BATCH, rng: rngFrom(2), ...MOMENTS, viewOf, ...changes });
}

/** A batch as plain numbers: its buffers are used again. */
function copyAt(source: ImageBatches, step: number): Record<string, number | number[]> {
  const { epoch, indices, images, labels } = source.at(step);
  return { epoch, indices: [...indices], images: [...images.data], labels: [...labels.data] } as Record<
    string,
    number | number[]
  >;
}

const indicesOf = (source: ImageBatches, steps: readonly number[]): number[] =>
  steps.flatMap((step) => [...source.at(step).indices]);

describe("ImageBatches", () => {
  it("shows every image once in each epoch, in another order each time", () => {
    const source = batches();
    expect(source.stepsPerEpoch).toBe(3);
    const epochs = [
      [0, 1, 2],
      [3, 4, 5],
      [6, 7, 8],
    ].map((steps) => indicesOf(source, steps));
    for (const indices of epochs) expect([...indices].sort((a, b) => a - b)).toEqual([...set.labels.keys()]);
    expect(new Set(epochs.map(String)).size).toBe(3);
  });

  it("is a function of the step: read in any order, by a new object, it is the same", () => {
    const source = batches();
    const steps = Array.from({ length: 9 }, (_, step) => step);
    const sequential = steps.map((step) => copyAt(source, step));
    for (const step of [7, 0, 8, 3, 3, 1]) {
      expect(copyAt(source, step)).toEqual(sequential[step]);
      expect(copyAt(batches(), step)).toEqual(sequential[step]);
    }
    expect(copyAt(batches({ rng: rngFrom(3) }), 0)).not.toEqual(sequential[0]);
  });

  it("keeps labels with their images, in the view of image and epoch", () => {
    const source = batches();
    for (const step of [0, 4]) {
      const { epoch, indices, images, labels } = source.at(step);
      expect(epoch).toBe(Math.floor(step / 3));
      expect([images.shape, labels.shape]).toEqual([[BATCH, 2, 3, 3], [BATCH]]);
      expect([...labels.data]).toEqual(Array.from(indices, (index) => 100 + index));
      const expected = new Float32Array(BATCH * LENGTH);
      indices.forEach((index, row) => {
        const view = (epoch + index) % 2 ? flipped! : identity!;
        writeView(expected, row * LENGTH, set, index, view, MOMENTS.mean, MOMENTS.std);
      });
      expect(images.data).toEqual(expected);
    }
  });

  it("leaves out what does not fill a last batch: no image twice in an epoch", () => {
    const source = batches({ batchSize: 5 });
    expect(source.stepsPerEpoch).toBe(2);
    expect(new Set(indicesOf(source, [0, 1])).size).toBe(10);
    expect(source.at(2).epoch).toBe(1);
  });

  it("draws from the pool alone", () => {
    const pool = Uint32Array.of(2, 3, 5, 7, 9, 11);
    const source = batches({ pool, batchSize: 3 });
    expect(indicesOf(source, [0, 1]).sort((a, b) => a - b)).toEqual([...pool]);
  });

  it("repeats a pool that is smaller than the batch within it", () => {
    const source = batches({ pool: Uint32Array.of(2, 3), batchSize: 4 });
    expect(source.stepsPerEpoch).toBe(1);
    expect([...source.at(0).indices].sort()).toEqual([2, 2, 3, 3]);
    expect(source.at(1).epoch).toBe(1);
  });
});

describe("forEachBatch", () => {
  it("visits every image once, in order, and ends with what is left", async () => {
    const visits: { first: number; count: number; shape: readonly number[]; values: number[] }[] = [];
    await forEachBatch(set, { batchSize: 5, ...MOMENTS }, async ({ shape, data }, first, count) => {
      visits.push({ first, count, shape, values: Array.from(data as Float32Array) });
    });
    expect(visits.map(({ first, count }) => [first, count])).toEqual([
      [0, 5],
      [5, 5],
      [10, 2],
    ]);
    expect(visits.map(({ shape }) => shape)).toEqual([
      [5, 2, 3, 3],
      [5, 2, 3, 3],
      [2, 2, 3, 3],
    ]);
    const all = new Float32Array(COUNT * LENGTH);
    writeBatch(all, set, Uint32Array.from(set.labels.keys()), identity!, MOMENTS.mean, MOMENTS.std);
    expect(visits.flatMap(({ values }) => values)).toEqual([...all]);
  });

  it("takes a batch larger than the set as the set, and a view if one is given", async () => {
    const expected = new Float32Array(COUNT * LENGTH);
    writeBatch(expected, set, Uint32Array.from(set.labels.keys()), flipped!, MOMENTS.mean, MOMENTS.std);
    await forEachBatch(
      set,
      { batchSize: 100, ...MOMENTS, view: flipped! },
      async ({ data }, first, count) => {
        expect([first, count]).toEqual([0, COUNT]);
        expect(data).toEqual(expected);
      },
    );
    expect.assertions(2);
  });

  it("stops between batches when the signal fires", async () => {
    const stop = new AbortController();
    const visited: number[] = [];
    const run = forEachBatch(
      set,
      { batchSize: 5, ...MOMENTS, signal: stop.signal },
      async (_images, first) => {
        visited.push(first);
        if (first === 5) stop.abort(new Error("stop"));
      },
    );
    await expect(run).rejects.toThrow("stop");
    expect(visited).toEqual([0, 5]);
  });
});
