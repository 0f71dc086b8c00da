// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The program as it is installed: the last build. */
export const PROGRAM: string = fileURLToPath(new URL("../dist/bin.js", import.meta.url));

/** A folder of its own for everything that a user has: home, cache, temporary files, working directory. */
export interface Workplace {
  readonly root: string;
  /** Working directory; runs are made in its folder `runs`. */
  readonly work: string;
  readonly cache: string;
  readonly env: NodeJS.ProcessEnv;
  readonly remove: () => Promise<void>;
}

/** A new, empty {@link Workplace}. */
export async function makeWorkplace(): Promise<Workplace> {
  const root = await mkdtemp(join(tmpdir(), "semlink-cli-"));
  const place = (name: string): string => join(root, name);
  for (const name of ["work", "home", "tmp"]) await mkdir(place(name));
  const env = {
    ...process.env,
    HOME: place("home"),
    TMPDIR: place("tmp"),
    SEMLINK_CACHE: place("cache"),
    NO_COLOR: "1",
  };
  const remove = (): Promise<void> => rm(root, { recursive: true, force: true });
  return { root, work: place("work"), cache: place("cache"), env, remove };
}

/** How a process ended, and what it printed. */
export interface Ended {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running semlink. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when stderr matches, or the process ends first. */
  readonly until: (pattern: RegExp) => Promise<void>;
}

/** Starts semlink in a process group of its own, as a terminal does. */
export function startSemlink(
  { work, env }: Workplace,
  argv: readonly string[],
  extraEnv: NodeJS.ProcessEnv = {},
): Running {
  return startProgram(process.execPath, [PROGRAM, ...argv], work, { ...env, ...extraEnv });
}

/** Runs semlink to its end. */
export async function semlink(
  workplace: Workplace,
  argv: readonly string[],
  extraEnv: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  return startSemlink(workplace, argv, extraEnv).ended;
}

/** Starts any program and keeps what it prints. */
export function startProgram(
  program: string,
  argv: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Running {
  const child = spawn(program, argv, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const text = { stdout: "", stderr: "" };
  const watchers = new Set<() => void>();
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (chunk: string) => {
      text[name] += chunk;
      for (const look of watchers) look();
    });
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, ...text }));
  });
  const until = (pattern: RegExp): Promise<void> => {
    const seen = new Promise<void>((resolve) => {
      const look = (): void => {
        if (!pattern.test(text.stderr)) return;
        watchers.delete(look);
        resolve();
      };
      watchers.add(look);
      look();
    });
    return Promise.race([seen, ended.then(() => undefined)]);
  };
  return { child, ended, until };
}
