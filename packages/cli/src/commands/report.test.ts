// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../main.ts";
import { textIo } from "../testing-io.fixture.ts";

const results = join(import.meta.dirname, "../../../../results");
let runs = "";

beforeAll(async () => {
  runs = await mkdtemp(join(tmpdir(), "semlink-report-"));
});

afterAll(async () => {
  await rm(runs, { recursive: true });
});

async function report(...argv: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const io = textIo();
  const exitCode = await main(["report", "--runs", runs, ...argv], io);
  return { exitCode, stdout: io.stdout.text, stderr: io.stderr.text };
}

describe("semlink report", () => {
  it("alone lists what there is, and trains nothing", async () => {
    expect(await report()).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("no run in") as string,
    });
    await mkdir(join(runs, "found"));
    await mkdir(join(runs, "unfinished"));
    await copyFile(join(results, "search/search.json"), join(runs, "found/search.json"));
    const { stdout } = await report();
    expect(stdout).toMatch(/^found +search\.json +semlink report --run \S+found$/m);
    expect(stdout).not.toContain("unfinished");
  });

  it("writes that of a search alone again", async () => {
    const { exitCode, stdout } = await report("--run", join(runs, "found"));
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/report: \S+search\.html/);
    expect(existsSync(join(runs, "found/search.html"))).toBe(true);
    expect(existsSync(join(runs, "found/tables/search-architectures.csv"))).toBe(true);
  });

  it("says what is missing in a folder without results", async () => {
    const { exitCode, stderr } = await report("--run", join(runs, "unfinished"));
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringMatching(
        /unfinished.results\.json: expected the results of a finished run/,
      ) as string,
    });
  });
});
