// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { ThreadControl } from "../../runtime/thread-control.ts";
import { Barrier } from "./barrier.ts";

function parties(count: number): { control: ThreadControl; barriers: readonly Barrier[] } {
  const control = new ThreadControl(count);
  const first = new Barrier(count, control);
  const others = Array.from({ length: count - 1 }, () => new Barrier(count, control, first.memory));
  return { control, barriers: [first, ...others] };
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
