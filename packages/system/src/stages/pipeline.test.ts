// SPDX-License-Identifier: Apache-2.0
import { readMetrics } from "@semlink/engine/node";
import { mkdtempSync, rmSync } from "node:fs";
import { readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { channelId } from "../channel/channel-spec.ts";
import { VALIDATION_CONVENTION } from "../evaluate/conventions.ts";
import { applyOverrides, type Experiment, parseExperiment } from "../experiment.ts";
import { smoke } from "../presets/presets.ts";
import type { Results } from "../results/results.ts";
import { cellsConfig } from "../student/cells.fixture.ts";
import { openRun } from "./open-run.ts";
import { runExperiment, type StageName } from "./pipeline.ts";

// The smoke preset, smaller: tests of the parts say what each stage does, these that the stages fit together.
const SMALLER = [
  "data.trainLimit=160",
  "data.validationCount=50",
  "data.testLimit=100",
  "evaluate.esNoDb=[0,10]",
  "evaluate.baselines=[label-code,capacity]",
  "robust.phaseA.steps=5",
  "lines=[film-mlp,cat]",
];
const small = (...changes: string[]): Experiment =>
  parseExperiment(applyOverrides(smoke, [...SMALLER, ...changes]), "smoke");
const experiment = small();

let folder: string;
let first: Ran;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "semlink-pipeline-"));
  first = await run("evaluate");
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Ran {
  readonly results: Results | null;
  /** Stages that were made and not found, in alphabetic order. */
  readonly made: readonly string[];
  readonly runFolder: string;
}

/** Runs the pipeline in a folder of runs that all tests share. */
async function run(until: StageName, changed = experiment): Promise<Ran> {
  const opened = await openRun({
    experiment: changed,
    command: "semlink run smoke",
    report: () => undefined,
    signal: new AbortController().signal,
    runsFolder: join(folder, "runs"),
    cacheFolder: join(folder, "cache"),
  });
  try {
    const results = await runExperiment(changed, opened, until);
    const made = opened.timings().flatMap(({ stage, cached }) => (cached || stage === "data" ? [] : [stage]));
    return { results, made: made.toSorted(), runFolder: opened.folder };
  } finally {
    await opened.close();
  }
}

/** Names of the metrics of a phase of the first trained line of a run. */
async function metricsOf(runFolder: string, phase: string): Promise<string[]> {
  const noted = JSON.parse(await readFile(join(runFolder, "lines.json"), "utf8")) as {
    readonly lines: readonly { readonly folder: string }[];
  };
  const line = join(folder, "runs", ".store", noted.lines[0]!.folder);
  const [logged] = await readMetrics(join(line, phase, "metrics.jsonl"));
  return Object.keys(logged!).filter((name) => name !== "step");
}

describe("runExperiment", () => {
  it("stands every line on every plot: link, rival, codes for the label and limits, on each channel", () => {
    const { lines, clean } = first.results!;
    const ids = ["rival film-mlp", "link cat", "baseline label-code", "bound capacity"];
    expect(lines.map(({ id, role, channel }) => `${role} ${id} ${channel}`)).toEqual(
      ids.flatMap((line) => experiment.evaluate.channels.map((channel) => `${line} ${channelId(channel)}`)),
    );
    const numPoints = experiment.evaluate.esNoDb.length * experiment.evaluate.lengths.length;
    for (const { points } of lines) expect(points.length).toBe(numPoints);
    const networks = ["teacher", "student", "control"];
    expect(clean.map(({ id }) => id)).toEqual([...networks, "film-mlp-device", "cat-device"]);
    const [main] = lines;
    expect(main!.points.every(({ figures }) => figures["identity100"] && figures["embeddingR2"])).toBe(true);
  });

  it("keeps a training curve of every stage that trains", () => {
    const trained = first.results!.curves.map(({ stage }) => stage);
    expect(new Set(trained)).toEqual(
      new Set([
        "distill",
        "distill (no teacher)",
        "film-mlp phase-a",
        "film-mlp phase-b",
        "cat phase-a",
        "cat phase-b",
      ]),
    );
  });

  it("lays the exported halves of every link into the folder of the run", async () => {
    expect((await readdir(join(first.runFolder, "links"))).toSorted()).toEqual(
      ["cat", "film-mlp"].flatMap((line) => [`${line}.receiver.onnx`, `${line}.transmitter.onnx`]),
    );
  });

  it("makes no stage again when nothing has changed, under this name or another, and finds the same", async () => {
    for (const name of ["smoke", "twin"]) {
      const again = await run("evaluate", small(`name=${name}`));
      expect(again.made).toEqual([]);
      const { lines, clean, comparisons, ledger } = again.results!;
      const { results } = first;
      expect({ lines, clean, comparisons, ledger }).toEqual({
        lines: results!.lines,
        clean: results!.clean,
        comparisons: results!.comparisons,
        ledger: results!.ledger,
      });
    }
  });

  it("trains and measures CAT alone when a setting of CAT alone has changed", async () => {
    const wider = await run("evaluate", small("codec.cat.width=24"));
    expect(wider.made).toEqual(["device", "line-cat", "measure-line"]);
  });

  it("goes on inside the measurement of a line: channels that were measured stay as they are", async () => {
    const store = join(folder, "runs", ".store");
    const measured = (await readdir(store)).filter((name) => /^measure-line-[0-9a-f]+$/.test(name));
    const done = join(store, measured[0]!, "channel-0.measured.safetensors");
    const before = await stat(done);
    await rm(join(store, measured[0]!, "stage.json"));
    await rm(join(store, measured[0]!, "channel-1.measured.safetensors"));
    const again = await run("evaluate");
    expect(again.made).toEqual(["measure-line"]);
    expect(again.results!.lines).toEqual(first.results!.lines);
    expect((await stat(done)).mtimeMs).toBe(before.mtimeMs);
  });

  it("measures the validation split in place of the test set where settings are compared, training nothing", async () => {
    const chosen = await run("evaluate", small("evaluate.split=validation"));
    const { lines, clean, conventions } = chosen.results!;
    expect(chosen.made).toEqual([
      "clean",
      "device",
      "device",
      "measure-capacity",
      "measure-label-code",
      "measure-line",
      "measure-line",
    ]);
    const accuracies = [...clean, ...lines.flatMap(({ points }) => points)].map(
      ({ figures }) => figures["accuracy"]!,
    );
    const counts = accuracies.flatMap((figure) => ("n" in figure ? [figure.n] : []));
    expect(new Set(counts)).toEqual(new Set([50]));
    expect(conventions).toContain(VALIDATION_CONVENTION);
    expect(first.results!.conventions).not.toContain(VALIDATION_CONVENTION);
  });

  it("never compares a student that was not taught with the teacher's embedding or logits", async () => {
    const alone = await run("codec", small("distill.transfer.useTeacher=false", "lines=[film-mlp]"));
    expect(alone.made).toEqual(["line-film-mlp"]); // the student is the control of the run before
    const common = ["loss", "ownFeature", "hard"];
    expect(await metricsOf(alone.runFolder, "phase-a")).toEqual([...common, "gradientNorm"]);
    expect(await metricsOf(alone.runFolder, "phase-b")).toEqual([...common, "device", "gradientNorm"]);
  });

  it("carries a student of cells as far as its link, and ends there without results", async () => {
    const student = { ...experiment.student, architecture: "cells", cells: cellsConfig() };
    const ran = await run("codec", parseExperiment({ ...experiment, student, lines: ["cat"] }, "cells"));
    expect(ran.made).toEqual(["distill", "distill-no-teacher", "line-cat"]);
    expect(ran.results).toBeNull();
  });
});
