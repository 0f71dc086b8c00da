// SPDX-License-Identifier: Apache-2.0
import { afterEach, describe, expect, it, vi } from "vitest";
import { yieldToEvents } from "./yield-to-events.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

describe.each([
  ["where setImmediate is known", setImmediate],
  ["where it is not", undefined],
])("yieldToEvents %s", (_where, immediate) => {
  it("goes on in a later turn, after all that promises have to do in this one", async () => {
    vi.stubGlobal("setImmediate", immediate);
    let microtasks = 0;
    const more = (): Promise<void> | undefined =>
      ++microtasks < 100 ? Promise.resolve().then(more) : undefined;
    void Promise.resolve().then(more);
    await yieldToEvents();
    expect(microtasks).toBe(100);
  });

  it("lets a timer fire between two steps of a loop", async () => {
    vi.stubGlobal("setImmediate", immediate);
    const stop = new AbortController();
    setTimeout(() => {
      stop.abort();
    }, 0);
    let steps = 0;
    while (!stop.signal.aborted && steps < 100_000) {
      steps++;
      await yieldToEvents();
    }
    expect(steps).toBeLessThan(100_000);
  });
});
