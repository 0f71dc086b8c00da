// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { ThreadControl } from "../../runtime/thread-control.ts";
import { Barrier, BARRIER_BYTES } from "./barrier.ts";

function parties(count: number): { control: ThreadControl; barriers: readonly Barrier[] } {
  const control = new ThreadControl(count);
  const memory = new SharedArrayBuffer(BARRIER_BYTES);
  return { control, barriers: Array.from({ length: count }, () => new Barrier(count, control, memory)) };
}

describe("Barrier", () => {
  it("lets nobody on before all have come", async () => {
    const [a, b] = parties(2).barriers as [Barrier, Barrier];
    const passed: string[] = [];
    const first = a.arrive(false).then(() => passed.push("a"));
    await new Promise((resolve) => setTimeout(resolve));
    expect(passed).toEqual([]);
    await Promise.all([first, b.arrive(false)]);
    expect(passed).toEqual(["a"]);
  });

  it("tells everybody whether somebody failed, and forgets it for the next time", async () => {
    const { barriers } = parties(3);
    const arrive = (failing: number | null): Promise<boolean[]> =>
      Promise.all(barriers.map((barrier, index) => barrier.arrive(index === failing)));
    expect(await arrive(null)).toEqual([false, false, false]);
    expect(await arrive(1)).toEqual([true, true, true]);
    expect(await arrive(null)).toEqual([false, false, false]);
    expect(await arrive(0)).toEqual([true, true, true]);
  });

  it("does not mix up a failure with the one after it", async () => {
    const [slow, fast] = parties(2).barriers as [Barrier, Barrier];
    const waiting = slow.arrive(false);
    expect(await fast.arrive(false)).toBe(false);
    const failing = fast.arrive(true); // before the slow one has looked at the outcome
    expect(await waiting).toBe(false);
    expect(await slow.arrive(false)).toBe(true);
    expect(await failing).toBe(true);
  });

  it("lets one alone through, also in memory that is not shared", async () => {
    const alone = new Barrier(1, { isStopped: false }, new ArrayBuffer(BARRIER_BYTES));
    expect([await alone.arrive(false), await alone.arrive(true), await alone.arrive(false)]).toEqual([
      false,
      true,
      false,
    ]);
    alone.arriveBlocking();
  });

  it("is a meeting place for another number once nobody waits", async () => {
    const { control } = parties(3);
    const memory = new SharedArrayBuffer(BARRIER_BYTES);
    const meet = (count: number): Promise<boolean[]> =>
      Promise.all(
        Array.from({ length: count }, (_, index) => new Barrier(count, control, memory).arrive(index === 2)),
      );
    expect(await meet(3)).toEqual([true, true, true]);
    expect(await meet(2)).toEqual([false, false]);
    expect(await meet(1)).toEqual([false]);
    expect(await meet(3)).toEqual([true, true, true]);
  });

  it("ends for those who wait when the threads shall stop", async () => {
    const { control, barriers } = parties(3);
    const waiting = barriers[0]!.arrive(false);
    control.stop();
    const stopped = expect.objectContaining({ code: "stopped" }) as unknown;
    await expect(waiting).rejects.toThrow(stopped);
    expect(() => {
      barriers[1]!.arriveBlocking();
    }).toThrow(stopped);
  });
});
