// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { main } from "../main.ts";
import { textIo } from "../testing-io.fixture.ts";

const UNUSED = "targets-1111111111";
const USED = "codec-2222222222";

let runs: string;
beforeEach(async () => {
  runs = mkdtempSync(join(tmpdir(), "semlink-store-"));
  for (const name of [UNUSED, USED]) {
    await mkdir(join(runs, ".store", name), { recursive: true });
    await writeFile(join(runs, ".store", name, "output"), "x".repeat(1536));
  }
  await mkdir(join(runs, "quick"));
  const artifacts = [{ artifact: "2".repeat(64), folder: USED }];
  const uses = { schema: "semlink-artifacts/1", artifacts, earlier: [] };
  await writeFile(join(runs, "quick", "artifacts.json"), JSON.stringify(uses));
});
afterEach(() => rmSync(runs, { recursive: true }));

async function semlink(...argv: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const io = textIo();
  const exitCode = await main(argv, io);
  return { exitCode, stdout: io.stdout.text, stderr: io.stderr.text };
}

describe("semlink store", () => {
  it("lists artifacts with size, state and users", async () => {
    const { exitCode, stdout } = await semlink("store", "list", "--runs", runs);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(new RegExp(`${UNUSED} +1\\.5 KiB +unfinished .*no run`));
    expect(stdout).toMatch(new RegExp(`${USED} +1\\.5 KiB +unfinished .*quick`));
    expect(stdout).toContain("2 artifacts, 3.0 KiB");
  });

  it("removes what no run uses, after a dry run that removes nothing", async () => {
    const dry = await semlink("store", "gc", "--runs", runs, "--dry-run", "--json");
    expect(JSON.parse(dry.stdout)).toMatchObject({ dryRun: true, removed: [{ name: UNUSED, bytes: 1536 }] });
    expect(await readdir(join(runs, ".store"))).toHaveLength(2);
    const { stdout } = await semlink("store", "gc", "--runs", runs);
    expect(stdout).toContain("removed: 1 artifact, 1.5 KiB; kept: 1");
    expect(await readdir(join(runs, ".store"))).toEqual([USED]);
  });

  it.each([[["store", "rm"]], [["store"]], [["store", "gc", "--rums", "x"]]])("refuses %j", async (argv) => {
    expect((await semlink(...argv)).exitCode).toBe(2);
  });
});

describe("semlink check", () => {
  it("fails with the artifact that is not in order", async () => {
    const { exitCode, stdout } = await semlink("check", join(runs, "quick"));
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(new RegExp(`failed +${USED}`));
    expect(stdout).toContain("1 of 1 artifacts are not in order");
  });

  it("of a folder that is no run says what to name", async () => {
    const { exitCode, stderr } = await semlink("check", runs);
    expect(exitCode).toBe(1);
    expect(stderr).toContain("name the folder of a run");
  });
});
