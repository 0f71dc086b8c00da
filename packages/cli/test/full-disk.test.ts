// SPDX-License-Identifier: Apache-2.0
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "@semlink/engine/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommandLine } from "../src/command-line.ts";
import { defineCommand } from "../src/commands/define-command.ts";
import { textIo } from "../src/testing-io.fixture.ts";
import { makeWorkplace, PROGRAM, startProgram, type Workplace } from "./semlink-process.ts";

let workplace: Workplace;

beforeAll(async () => {
  workplace = await makeWorkplace();
});

afterAll(async () => {
  await workplace.remove();
});

/** Runs a shell script in a mount namespace of its own; null where this machine does not permit that. */
async function inOwnMounts(
  script: string,
  ...args: string[]
): Promise<{ exitCode: number | null; stderr: string } | null> {
  const unshare = ["--user", "--map-root-user", "--mount", "sh", "-c"];
  try {
    const probe = startProgram(
      "unshare",
      [...unshare, "mount -t tmpfs none /mnt"],
      workplace.work,
      workplace.env,
    );
    if ((await probe.ended).exitCode !== 0) return null;
  } catch {
    return null; // no such program
  }
  return startProgram("unshare", [...unshare, script, "sh", ...args], workplace.work, workplace.env).ended;
}

/** What semlink prints when a file of a run finds no space, with a writer that finds none. */
async function withoutSpace(): Promise<{ exitCode: number; stderr: string }> {
  const noSpace = (): Promise<never> =>
    Promise.reject(Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" }));
  const command = defineCommand({
    name: "teacher",
    summary: "Train",
    example: "semlink teacher",
    options: {},
    run: () => writeFileAtomic(join(workplace.work, "full", "weights"), "bytes", noSpace),
  });
  const io = textIo();
  const exitCode = await runCommandLine([command], ["teacher"], io);
  return { exitCode, stderr: io.stderr.text };
}

function expectOneLine({ exitCode, stderr }: { exitCode: number | null; stderr: string }): void {
  const lines = stderr.trimEnd().split("\n");
  const error = lines.slice(lines.findIndex((line) => line.startsWith("error: ")));
  expect({ exitCode, lines: error.length }).toEqual({ exitCode: 1, lines: 1 });
  expect(error[0]).toMatch(
    /full\/.*: expected enough disk space .*\(free some space or choose another folder\)$/,
  );
}

describe("a full disk exits with 1 and one line that says what to do", () => {
  it("when a writer finds no space", async () => {
    expectOneLine(await withoutSpace());
  });

  it("when a child process of a run fills a small file system, where mounting one is permitted", async () => {
    await mkdir(join(workplace.work, "full"));
    const script = 'mount -t tmpfs -o size=256k none full && exec "$@"';
    const argv = [process.execPath, PROGRAM, "teacher", "--preset", "smoke", "--runs", "full"];
    expectOneLine((await inOwnMounts(script, ...argv)) ?? (await withoutSpace()));
  });
});
