// SPDX-License-Identifier: Apache-2.0
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Cores, coreShares } from "./cores.ts";

/** Some cores, and at most as many jobs. */
const jobs = fc
  .integer({ min: 1, max: 64 })
  .chain((total) =>
    fc.tuple(fc.constant(total), fc.array(fc.integer({ min: 1, max: 80 }), { maxLength: total })),
  );

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe("coreShares", () => {
  it.each([
    [8, [1], [1]],
    [8, [16], [8]],
    [8, [4, 16], [4, 4]],
    [8, [16, 16], [7, 1]],
    [8, [1, 2, 3], [1, 2, 3]],
    [3, [9, 9, 9], [1, 1, 1]],
    [4, [0], [1]],
    [4, [2.5], [2]],
    [4, [Infinity], [4]],
  ])("of %i cores among jobs that can use %j are %j", (total, maxCores, shares) => {
    expect(coreShares(total, maxCores)).toEqual(shares);
  });

  it("give every job at least one core and none more than it can use", () => {
    fc.assert(
      fc.property(jobs, ([total, maxCores]) =>
        coreShares(total, maxCores).every((share, index) => share >= 1 && share <= maxCores[index]!),
      ),
    );
  });

  it("leave a core idle only when no job can use it", () => {
    fc.assert(
      fc.property(jobs, ([total, maxCores]) => {
        expect(sum(coreShares(total, maxCores))).toBe(Math.min(total, sum(maxCores)));
      }),
    );
  });

  it("prefer the job that started first", () => {
    fc.assert(
      fc.property(jobs, ([total, maxCores]) => {
        const shares = coreShares(total, maxCores);
        const firstShort = shares.findIndex((share, index) => share < maxCores[index]!);
        return firstShort < 0 || shares.slice(firstShort + 1).every((share) => share === 1);
      }),
    );
  });
});

describe("Cores", () => {
  it("never have more jobs than there are, and let them in first come first served", async () => {
    const cores = new Cores(2);
    const entered: number[] = [];
    let running = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        cores.use(1, async () => {
          entered.push(index);
          most = Math.max(most, ++running);
          await Promise.resolve();
          running--;
        }),
      ),
    );
    expect(most).toBe(2);
    expect(entered).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("are divided anew whenever a job starts or ends", async () => {
    const cores = new Cores(4);
    const counts: number[] = [];
    let endSecond = (): void => undefined;
    const ended = new Promise<void>((resolve) => (endSecond = resolve));
    let second: Promise<void> | undefined;
    await cores.use(8, async (share) => {
      counts.push(share.count);
      share.onChange((count) => counts.push(count));
      second = cores.use(2, () => ended);
      endSecond();
      await second;
    });
    expect(counts).toEqual([4, 3, 4]);
  });

  it("are free again after a job that failed", async () => {
    const cores = new Cores(1);
    await expect(cores.use(1, () => Promise.reject(new Error("a mistake")))).rejects.toThrow("a mistake");
    expect(await cores.use(1, (share) => Promise.resolve(share.count))).toBe(1);
  });
});
