// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { rngFrom } from "@semlink/engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { artifactDigests, artifactFolders } from "./artifact-digests.ts";
import { makeWorkplace, semlink, startSemlink, type Workplace } from "./semlink-process.ts";

const TIMEOUT_MS = 180_000;
const NUM_KILLS = 3;

// Every kind of stage once, on little data, and a stage of 120 steps to stop in the middle of.
const SETTINGS = [
  "data.trainLimit=192",
  "data.validationCount=20",
  "data.testLimit=40",
  "lines=[cat]",
  "distill.compareWithoutTeacher=false",
  "evaluate.esNoDb=[5]",
  "robust.phaseA.steps=120",
];

function command(name: string, stage: string, ...more: string[]): string[] {
  const settings = SETTINGS.flatMap((setting) => ["--set", setting]);
  return [stage, "--preset", "smoke", ...settings, "--name", name, ...more];
}

describe("a run", () => {
  let workplace: Workplace;
  let durationMs = 0;
  let reference: Record<string, string>;
  const folderOf = (name: string): string => join(workplace.work, "runs", name);

  /** Removes what a run has made, so that another of the same settings makes it again. */
  async function forget(name: string, isForgotten: (folder: string) => boolean): Promise<void> {
    const folders = await artifactFolders(folderOf(name));
    for (const folder of folders.filter(isForgotten)) await rm(folder, { recursive: true });
  }

  beforeAll(async () => {
    workplace = await makeWorkplace();
    const startedAt = performance.now();
    const { exitCode, stderr } = await semlink(workplace, command("reference", "evaluate"));
    if (exitCode !== 0) throw new Error(stderr);
    durationMs = performance.now() - startedAt;
    reference = await artifactDigests(folderOf("reference"));
    await forget("reference", () => true);
  }, TIMEOUT_MS);

  afterAll(async () => {
    await workplace.remove();
  });

  it(
    "killed at random moments and started again ends with the bits of one that was not",
    async () => {
      const moments = rngFrom(20).fold("kill").uniform(NUM_KILLS);
      for (const moment of moments) {
        const { child, ended } = startSemlink(workplace, command("killed", "evaluate"));
        await Promise.race([setTimeout(moment * 0.7 * durationMs), ended]);
        child.kill("SIGKILL");
        await ended;
      }
      const { exitCode, stderr } = await semlink(workplace, command("killed", "evaluate"));
      expect(stderr).not.toContain("damaged");
      expect(exitCode).toBe(0);
      expect(await artifactDigests(folderOf("killed"))).toEqual(reference);
    },
    TIMEOUT_MS,
  );

  it(
    "interrupted in the middle of a stage exits with 130 and goes on from there to the same bits",
    async () => {
      await forget("killed", (folder) => /^(line|measure)-/.test(basename(folder)));
      const { child, ended, until } = startSemlink(workplace, command("interrupted", "evaluate"));
      await until(/phase-a: 50\/120/);
      process.kill(-child.pid!, "SIGINT"); // Ctrl-C reaches the child processes as well
      const { exitCode, stderr } = await ended;
      expect(stderr).toMatch(/\ninterrupted; run the same command again to resume\n$/);
      expect(exitCode).toBe(130);

      const again = await semlink(workplace, command("interrupted", "evaluate"));
      expect(again.stderr).toMatch(/^distill: .*finished earlier/m);
      expect(again.stderr).not.toContain("phase-a: 50/120"); // it went on after that
      expect(again.exitCode).toBe(0);
      expect(await artifactDigests(folderOf("interrupted"))).toEqual(reference);
    },
    TIMEOUT_MS,
  );

  it(
    "is a function of its seed",
    async () => {
      await forget("interrupted", () => true);
      await semlink(workplace, command("same", "teacher", "--seed", "0"));
      await semlink(workplace, command("other", "teacher", "--seed", "1"));
      const same = await artifactDigests(folderOf("same"));
      expect(Object.keys(same).length).toBeGreaterThan(0);
      expect(reference).toMatchObject(same);
      const other = await artifactDigests(folderOf("other"));
      const weights = Object.keys(other).filter((path) => /\.(onnx|safetensors)$/.test(path));
      const shared = weights.filter((path) => Object.values(same).includes(other[path]!));
      expect({ hasWeights: weights.length > 0, shared }).toEqual({ hasWeights: true, shared: [] });
    },
    TIMEOUT_MS,
  );

  it("that another process is writing is left alone", async () => {
    const { child, ended, until } = startSemlink(
      workplace,
      command("locked", "teacher", "--seed", "7", "--set", "teacher.epochs=500"),
    );
    await until(/^runtime: /m);
    while (!existsSync(join(folderOf("locked"), "run.lock")) && child.exitCode === null) await setTimeout(5);
    const second = await semlink(workplace, command("locked", "data"));
    child.kill("SIGKILL");
    await ended;
    expect(second.exitCode).toBe(1);
    expect(second.stderr).toMatch(
      /^error: .*run\.lock: expected a run that no other process is writing, got/m,
    );
  });
});
