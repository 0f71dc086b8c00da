// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { channelId } from "../channel/channel-spec.ts";
import { parseResults } from "../results/parse-results.ts";
import { type ResultLine, type Results } from "../results/results.ts";
import { applyOverrides, type Experiment, parseExperiment } from "../experiment.ts";
import { runExperiment, type StageName, STAGES } from "./pipeline.ts";
import { smoke } from "../presets/smoke.ts";
import type { Job } from "../run/serve-jobs.ts";
import { jobTable } from "./job-table.ts";
import { openRun } from "./open-run.ts";
import { studentCost } from "../search/controls/equal-macs.ts";
import { cellsConfig } from "../student/cells.fixture.ts";

// The smoke preset, smaller: the tests of the jobs say what each stage does, these that the stages fit together.
const SMALLER = [
  "data.trainLimit=160",
  "data.validationCount=50",
  "data.testLimit=100",
  "evaluate.esNoDb=[0,10]",
  "robust.phaseA.steps=5",
];
const small = (...changes: string[]): Experiment =>
  parseExperiment(applyOverrides(smoke, [...SMALLER, ...changes]), "smoke");
const experiment = small();

const CHANCE = 1 / 10; // ten shapes

let folder: string;
let results: Results;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "semlink-pipeline-"));
  results = (await run("report")).results!;
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the pipeline with its jobs in this process, and notes which it ran. */
async function run(
  until: StageName,
  changed = experiment,
): Promise<{ results: Results | null; jobs: string[] }> {
  const ran: string[] = [];
  const { signal } = new AbortController();
  const report = (): void => undefined;
  const opened = await openRun({
    experiment: changed,
    command: "semlink run smoke",
    report,
    signal,
    runsFolder: join(folder, "runs"),
    cacheFolder: join(folder, "cache"),
  });
  const jobs: typeof opened.jobs = {
    ...opened.jobs,
    async run(requests) {
      const outputs: unknown[] = [];
      for (const { job, payload } of requests) {
        ran.push(job);
        const work: Job = jobTable[job];
        outputs.push(
          await work(payload as never, { report, signal, cores: { count: 1, onChange: () => undefined } }),
        );
      }
      return outputs as never;
    },
  };
  try {
    return { results: await runExperiment(changed, { ...opened, jobs }, until), jobs: ran };
  } finally {
    await opened.close();
  }
}

const runFolder = (): string => join(folder, "runs", "smoke");

describe("runExperiment", () => {
  it("ends with results that the published schema accepts, and a report beside them", async () => {
    const written = await readFile(join(runFolder(), "results.json"), "utf8");
    expect(parseResults(written, "results.json")).toEqual(JSON.parse(JSON.stringify(results)));
    expect(await readdir(runFolder())).toContain("report.html");
  });

  it("stands every system on every plot: link, rival, codes for the label and limits, on each channel", () => {
    const systems = ["link cat", "rival film-mlp", "baseline label-code", "baseline repetition-qpsk"];
    const limits = ["bound label-rate-distortion", "bound capacity"];
    expect(results.lines.map(({ id, role, channel }) => `${role} ${id} ${channel}`)).toEqual(
      [...systems, ...limits].flatMap((line) =>
        experiment.evaluate.channels.map((channel) => `${line} ${channelId(channel)}`),
      ),
    );
    const numPoints = experiment.evaluate.esNoDb.length * experiment.evaluate.lengths.length;
    for (const { points } of results.lines) expect(points.length).toBe(numPoints);
    expect(results.clean.map(({ id }) => id)).toEqual([
      "teacher",
      "student",
      "control",
      "cat-device",
      "film-mlp-device",
    ]);
    const [main] = results.lines;
    expect(main!.points.every(({ figures }) => figures["identity100"] && figures["embeddingR2"])).toBe(true);
  });

  it("keeps a training curve of every stage that trains", () => {
    expect([...new Set(results.curves.map(({ stage }) => stage))]).toEqual([
      "distill",
      "distill (no teacher)",
      "cat phase-a",
      "cat phase-b",
      "film-mlp phase-a",
      "film-mlp phase-b",
    ]);
  });

  it("runs no job again when nothing has changed, and finds the same", async () => {
    const again = await run("evaluate");
    expect(again.jobs).toEqual([]);
    const { provenance } = again.results!;
    expect(again.results).toEqual({ ...results, provenance });
    expect(provenance.stages.filter(({ stage }) => stage !== "data").every(({ cached }) => cached)).toBe(
      true,
    );
  });

  it("measures a digital baseline by a job of its own, and nothing else again", async () => {
    const names = ["label-code", "digital-features", "digital-features-capacity"];
    const changed = small(
      `evaluate.baselines=[${names.join(",")},separation]`,
      "evaluate.separation.formats=[jpeg]",
    );
    const again = await run("evaluate", changed);
    expect(again.jobs).toEqual(["evaluate-baseline", "evaluate-baseline", "evaluate-baseline"]);
    const { lines, ledger, bits } = again.results!;
    expect(bits).toEqual(results.bits);
    const ids = [...new Set(lines.map(({ id }) => id))];
    expect(ids).toEqual(["cat", "film-mlp", ...names, "separation-teacher"]);
    const pointsOf = (name: string): ResultLine["points"][] =>
      lines.filter(({ id }) => id === name).map(({ points }) => points);
    expect(
      pointsOf("digital-features")
        .flat()
        .every((point) => point.figures["embeddingR2"]),
    ).toBe(true);
    for (const { figures } of pointsOf("separation-teacher").flat()) {
      expect(figures["accuracy"]!.value).toBeCloseTo(CHANCE, 6); // no image fits into 8 symbols
    }
    expect(ledger.some(({ part }) => part.startsWith("separation-teacher classifier"))).toBe(true);
  });

  it("classifies decoded images by each network that is named, one line for each, where they fit", async () => {
    const long = [
      "codec.lengths=[64]",
      "codec.maxSymbols=64",
      "codec.kinds=[film-mlp]",
      "evaluate.esNoDb=[50]",
    ];
    const classifiers = ["teacher", "student", "fine-tuned"];
    const changes = [
      "evaluate.baselines=[separation]",
      "evaluate.separation.formats=[jpeg]",
      `evaluate.separation.classifier=[${classifiers.join(",")}]`,
      "evaluate.separation.fineTuning.steps=4",
      "evaluate.separation.fineTuning.images=40",
    ];
    const again = await run("evaluate", small(...long, ...changes));
    expect(again.jobs.slice(-4)).toEqual(["fine-tune", ...classifiers.map(() => "evaluate-baseline")]);
    const { lines, ledger, curves } = again.results!;
    for (const classifier of classifiers) {
      const { points } = lines.find(({ id }) => id === `separation-${classifier}`)!;
      expect(points[0]!.figures["accuracy"]!.n).toBe(100);
      // The fine-tuned one has learned next to nothing in its few steps.
      if (classifier === "fine-tuned") continue;
      expect(Math.abs(points[0]!.figures["accuracy"]!.value - CHANCE)).toBeGreaterThan(1e-3);
      expect(ledger.some(({ part }) => part.startsWith(`separation-${classifier} classifier`))).toBe(true);
    }
    expect(curves.some(({ stage }) => stage === "fine-tune on compressed images")).toBe(true);
  }, 60_000); // every image is compressed by every setting

  it("makes a stage whose file was lost again, with the same bits, and nothing else", async () => {
    const codecs = (await readdir(runFolder())).filter((name) => name.startsWith("codec-film-mlp"));
    for (const codec of codecs) await rm(join(runFolder(), codec, "weights.safetensors"));
    const again = await run("evaluate");
    expect(again.jobs).toEqual(["harden"]);
    expect(again.results!.bits).toEqual(results.bits);
  });

  it("never compares a student that was not taught with the teacher's embedding or logits", async () => {
    const alone = await run("evaluate", small("distill.transfer.useTeacher=false", "codec.kinds=[film-mlp]"));
    // The student is the control of the run before: it is there already.
    expect(alone.jobs).toEqual(["harden", "evaluate-clean", "evaluate-link"]);
    const { curves, clean } = alone.results!;
    const metricsOf = (name: string): string[] =>
      curves.filter(({ stage }) => stage === name).map(({ metric }) => metric);
    expect(metricsOf("distill (no teacher)")).toEqual(["loss", "hard"]);
    expect(metricsOf("film-mlp phase-a")).toEqual(["loss", "ownFeature", "hard", "gradientNorm"]);
    expect(metricsOf("film-mlp phase-b")).toEqual(["loss", "ownFeature", "hard", "device", "gradientNorm"]);
    expect(clean.map(({ id }) => id)).toEqual(["teacher", "student", "film-mlp-device"]);
  });

  it("carries a student of cells through every stage", async () => {
    const cells = {
      ...experiment,
      student: { ...experiment.student, architecture: "cells", cells: cellsConfig() },
    };
    const ran = await run(
      "evaluate",
      parseExperiment({ ...cells, codec: { ...cells.codec, kinds: ["cat"] } }, "cells"),
    );
    expect(ran.jobs).toEqual(["transfer", "transfer", "harden", "evaluate-clean", "evaluate-link"]);
    const { ledger, clean } = ran.results!;
    const [, encoder] = ledger;
    const shape = { imageShape: [3, 32, 32], embedDim: 128 } as const;
    expect(encoder).toMatchObject(studentCost({ ...cells.student, architecture: "cells" }, shape));
    expect(clean.map(({ id }) => id)).toEqual(["teacher", "student", "control", "cat-device"]);
  }, 60_000);

  it("ends after the stage it is told to, without results before the evaluation", async () => {
    for (const stage of STAGES.slice(0, -2)) expect((await run(stage)).results).toBeNull();
    expect((await run("evaluate")).results).not.toBeNull();
  });
});
