// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { startStopwatch } from "./stopwatch.ts";

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "semlink-stopwatch-"));
  path = join(folder, "elapsed.json");
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

it("the time of a later session goes on from the earlier one's", async () => {
  const first = await startStopwatch(path);
  vi.advanceTimersByTime(4_000);
  expect(await first.stop()).toBe(4);
  const second = await startStopwatch(path);
  vi.advanceTimersByTime(2_500);
  expect(await second.stop()).toBe(6.5);
});

it("a killed session loses at most ten seconds", async () => {
  const killed = await startStopwatch(path);
  vi.advanceTimersByTime(19_000);
  while (!existsSync(path)) await setImmediate();
  expect(JSON.parse(await readFile(path, "utf8"))).toEqual({ elapsedS: 10 });
  await killed.stop();
});

it.each(["", "{}", `{"elapsedS":"x"}`, `{"elapsedS":-5}`])(
  "a file with %j counts as no time",
  async (text) => {
    writeFileSync(path, text);
    expect(await (await startStopwatch(path)).stop()).toBe(0);
  },
);
