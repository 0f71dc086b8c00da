// SPDX-License-Identifier: Apache-2.0
import { readdir, readFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { parseResults, type Results } from "@semlink/system";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ended, makeWorkplace, semlink, type Workplace } from "./semlink-process.ts";

const TIMEOUT_MS = 120_000;

describe("semlink run --preset smoke", () => {
  let workplace: Workplace;
  let first: Ended;
  let folder = "";

  async function results(): Promise<Results> {
    const path = join(folder, "results.json");
    return parseResults(await readFile(path, "utf8"), path);
  }

  beforeAll(async () => {
    workplace = await makeWorkplace();
    folder = join(workplace.work, "runs", "smoke");
    first = await semlink(workplace, ["run", "--preset", "smoke", "--json"]);
  }, TIMEOUT_MS);

  afterAll(async () => {
    await workplace.remove();
  });

  it("ends well, with one JSON object on stdout and progress on stderr", () => {
    expect(first.stderr).toMatch(/^runtime: onnxruntime-node .* kernels, self-test passed$/m);
    expect(first.exitCode).toBe(0);
    const printed = JSON.parse(first.stdout) as Record<string, unknown>;
    expect(printed).toMatchObject({
      run: folder,
      results: join(folder, "results.json"),
      report: join(folder, "report.html"),
    });
    expect(printed["figures"]).toContainEqual(
      expect.objectContaining({
        label: "Teacher, clean",
        figure: "accuracy",
        kind: "value",
        confidence: 0.95,
      }),
    );
  });

  it("writes results that the published schema accepts", async () => {
    const { provenance, lines, clean } = await results();
    expect(provenance.command).toBe("semlink run --preset smoke --json");
    expect(new Set(lines.map(({ role }) => role))).toEqual(new Set(["link", "rival", "baseline", "bound"]));
    expect(clean.map(({ id }) => id)).toEqual(expect.arrayContaining(["teacher", "student", "control"]));
  });

  it("writes nothing outside the run folder, the store and the cache", async () => {
    const entries = await readdir(workplace.root, { recursive: true });
    const allowed = /^(home|tmp|work|work\/runs|cache(\/.*)?|work\/runs\/(smoke|\.store)(\/.*)?)$/;
    expect(entries.filter((entry) => !allowed.test(entry))).toEqual([]);
  });

  it(
    "does nothing twice: run again, every stage was finished earlier",
    async () => {
      const before = await results();
      const { exitCode, stdout } = await semlink(workplace, ["run", "--preset", "smoke"]);
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/^Teacher, clean +\d+\.\d\s% \[/m);
      expect(stdout).toContain(`report: ${join(folder, "report.html")}\n`);
      const { provenance, ...after } = await results();
      const stages = provenance.stages.filter(({ stage }) => stage !== "data");
      expect(stages.map(({ cached }) => cached)).toEqual(stages.map(() => true));
      expect(after).toEqual({ ...before, provenance: undefined });
    },
    TIMEOUT_MS,
  );

  it(
    "can write its report again from results.json alone, to the same bytes",
    async () => {
      const page = join(folder, "report.html");
      const before = await readFile(page);
      await rm(page);
      const { exitCode } = await semlink(workplace, ["report", "--run", "runs/smoke"]);
      expect(exitCode).toBe(0);
      expect((await readFile(page)).equals(before)).toBe(true);
    },
    TIMEOUT_MS,
  );

  it(
    "exports models that inspect reads",
    async () => {
      const names = await readdir(folder, { recursive: true });
      const transmitter = names.find((name) => name.endsWith(".transmitter.onnx"))!;
      const { exitCode, stdout } = await semlink(workplace, ["inspect", join(folder, transmitter), "--json"]);
      expect(exitCode).toBe(0);
      const { ledger } = await results();
      const [line] = basename(transmitter).split(".");
      const own = ledger.filter((row) => row.line === line && row.side === "device");
      const inspection = JSON.parse(stdout) as { cost: { macs: number } };
      expect(inspection.cost.macs).toBe(own.reduce((sum, { macs }) => sum + macs, 0));
    },
    TIMEOUT_MS,
  );
});
