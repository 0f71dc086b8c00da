// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ProgressEvent } from "./progress.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "semlink-runs-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const store = (): string => join(root, ".store");
const log = (): string => join(root, "log");

/** What the steps of all processes wrote to the log. */
const logged = (): string[] => (existsSync(log()) ? readFileSync(log(), "utf8").trimEnd().split("\n") : []);

describe("whole runs in processes of their own", () => {
  function start(name: string, stepMs: number): ChildProcess {
    mkdirSync(join(root, name), { recursive: true });
    const settings = { log: log(), stepMs };
    const options = { storeFolder: store(), runFolder: join(root, name), settings, steps: 6 };
    return fork(new URL("./runner.fixture.js", import.meta.url), [JSON.stringify(options)]);
  }

  /** Messages of a process until its last. */
  async function messagesOf(
    process: ChildProcess,
  ): Promise<{ value?: number; cached?: boolean; event?: ProgressEvent }[]> {
    const messages: object[] = [];
    process.on("message", (message) => messages.push(message as object));
    await once(process, "exit");
    return messages;
  }

  it("compute once what both need: the second waits, says so, and reads", async () => {
    const [first, second] = await Promise.all([start("a", 100), start("b", 100)].map(messagesOf));
    const [lastOfFirst, lastOfSecond] = [first!.at(-1)!, second!.at(-1)!];
    expect([lastOfFirst.value, lastOfSecond.value]).toEqual([6, 6]);
    expect([lastOfFirst.cached, lastOfSecond.cached].sort()).toEqual([false, true]);
    expect(logged()).toEqual(["1", "2", "3", "4", "5", "6"]);
    const waiting = lastOfFirst.cached === true ? first! : second!;
    const lines = waiting.map(({ event }) => event?.message ?? "");
    expect(lines.filter((line) => /process \d+ .*waiting/.test(line))).toHaveLength(1);
  });

  it("take over from one that is killed outright, where it was", async () => {
    const killed = start("a", 200);
    while (logged().length < 2) await setTimeout(20);
    killed.kill("SIGKILL");
    await once(killed, "exit");
    const messages = await messagesOf(start("b", 0));
    expect(messages.at(-1)).toMatchObject({ value: 6, cached: false });
    expect(new Set(logged())).toEqual(new Set(["1", "2", "3", "4", "5", "6"]));
    expect(await readdir(store())).toEqual([expect.stringMatching(/^count-[0-9a-f]{10}$/)]);
  });
});
