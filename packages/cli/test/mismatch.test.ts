// SPDX-License-Identifier: Apache-2.0
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseResults } from "@semlink/system";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeWorkplace, semlink, startSemlink, type Workplace } from "./semlink-process.ts";

const TIMEOUT_MS = 120_000;

// Every condition of the default axes, on few images and one link.
const SETTINGS = [
  "data.trainLimit=160",
  "data.validationCount=20",
  "data.testLimit=60",
  "lines=[cat]",
  "distill.compareWithoutTeacher=false",
  "evaluate.esNoDb=[5]",
  "robust.phaseA.steps=5",
].flatMap((setting) => ["--set", setting]);

describe("semlink evaluate --matrix", () => {
  let workplace: Workplace;
  const evaluate = ["evaluate", "--preset", "smoke", ...SETTINGS];

  beforeAll(async () => {
    workplace = await makeWorkplace();
    const { exitCode, stderr } = await semlink(workplace, ["codec", "--preset", "smoke", ...SETTINGS]);
    if (exitCode !== 0) throw new Error(stderr);
  }, TIMEOUT_MS);

  afterAll(async () => {
    await workplace.remove();
  });

  it(
    "is resumed after an interrupt, prints the largest losses as JSON, and gives the report its section",
    async () => {
      const { child, ended, until } = startSemlink(workplace, [...evaluate, "--matrix"]);
      await until(/^mismatch cat( \d\/\d)?: 1\//m);
      process.kill(-child.pid!, "SIGINT");
      expect((await ended).exitCode).toBe(130);

      const { exitCode, stdout, stderr } = await semlink(workplace, [...evaluate, "--matrix", "--json"]);
      expect(stderr).toMatch(/^mismatch cat \d\/\d: \d+\/\d+ \(100 %\), done/m);
      expect(exitCode).toBe(0);
      const { results: path, figures } = JSON.parse(stdout) as { results: string; figures: object[] };
      expect(figures).toContainEqual(
        expect.objectContaining({ kind: "difference", method: "paired-normal" }),
      );
      const { matrix } = parseResults(await readFile(path, "utf8"), path);
      expect(matrix!.systems.map(({ id }) => id)).toEqual(["cat", "label-code", "repetition-qpsk"]);

      const report = await semlink(workplace, ["report", "--run", "runs/smoke"]);
      expect(report.exitCode).toBe(0);
      const page = await readFile(join(workplace.work, "runs", "smoke", "report.html"), "utf8");
      expect(page).toContain('<section id="mismatch">');
    },
    TIMEOUT_MS,
  );

  it.each([
    [["--against", "runs/none"], 1, /runs\/none\/lines\.json: expected the trained lines of a run/],
    [
      ["--matrix", "--set", "evaluate.matrix.numSymbols=5"],
      2,
      /evaluate\.matrix\.numSymbols: expected some of/,
    ],
    [["--against"], 2, /--against/],
  ])(
    "%j ends with exit code %d and says why",
    async (options, exitCode, message) => {
      const ended = await semlink(workplace, [...evaluate, ...options]);
      expect(ended.stderr).toMatch(message);
      expect(ended.exitCode).toBe(exitCode);
    },
    TIMEOUT_MS,
  );
});
