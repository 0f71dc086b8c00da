// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { ThreadControl } from "./thread-control.ts";

describe("ThreadControl", () => {
  it("is idle only when every thread is", () => {
    const control = new ThreadControl(2);
    expect(control.waitUntilIdle(0)).toBe(true);
    expect(control.begin(0)).toBe(true);
    expect(control.begin(1)).toBe(true);
    control.end(0);
    expect(control.waitUntilIdle(1)).toBe(false);
    control.end(1);
    expect(control.waitUntilIdle(1)).toBe(true);
  });

  it("lets no thread begin once stopped, and leaves it idle", () => {
    const control = new ThreadControl(1);
    control.stop();
    expect(control.begin(0)).toBe(false);
    expect(control.waitUntilIdle(0)).toBe(true);
  });

  it("lets a thread be marked even then, to free what it holds", () => {
    const control = new ThreadControl(1);
    control.stop();
    control.mark(0);
    expect(control.waitUntilIdle(1)).toBe(false);
  });

  it("shares its memory with the control of a thread", () => {
    const control = new ThreadControl(3);
    const inThread = new ThreadControl(control.memory);
    inThread.begin(2);
    expect(control.waitUntilIdle(1)).toBe(false);
    control.stop();
    expect(inThread.isStopped).toBe(true);
  });
});
