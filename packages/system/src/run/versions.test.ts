// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { commitOf } from "./versions.ts";

let checkout: string;
const git = (...args: string[]): string =>
  execFileSync("git", ["-C", checkout, "-c", "user.name=a", "-c", "user.email=a@b", ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), "semlink-commit-"));
  writeFileSync(join(checkout, "tracked"), "1");
});
afterEach(() => rmSync(checkout, { recursive: true }));

it("the commit of a tracked file is the checkout's, marked when tracked files changed", async () => {
  git("init", "--quiet");
  git("add", "tracked");
  git("commit", "--quiet", "--message", "first");
  const commit = git("rev-parse", "HEAD");
  expect(await commitOf(join(checkout, "tracked"))).toBe(commit);
  writeFileSync(join(checkout, "untracked"), "");
  expect(await commitOf(join(checkout, "tracked"))).toBe(commit);
  writeFileSync(join(checkout, "tracked"), "2");
  expect(await commitOf(join(checkout, "tracked"))).toBe(`${commit}-dirty`);
});

it("the commit is unknown outside a checkout, before the first commit, and for a package installed in one", async () => {
  expect(await commitOf(join(checkout, "tracked"))).toBe("unknown");
  git("init", "--quiet");
  git("add", "tracked");
  expect(await commitOf(join(checkout, "tracked"))).toBe("unknown");
  git("commit", "--quiet", "--message", "first");
  writeFileSync(join(checkout, "installed"), "");
  expect(await commitOf(join(checkout, "installed"))).toBe("unknown");
});
