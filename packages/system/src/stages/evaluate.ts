// SPDX-License-Identifier: Apache-2.0
import { describeError, SemlinkError } from "@semlink/engine";
import { nodeRuntime, writeFileAtomic } from "@semlink/engine/node";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { channelInfosOf } from "../channel/channel-spec.ts";
import type { Dataset } from "../data/dataset.ts";
import type { TrainedLink } from "./harden.ts";
import { problemShape, type Students, type TrainedStudent } from "./transfer.ts";
import { loadWeights, WEIGHTS_FILE } from "../train/weights.ts";
import type { CodecKind, Experiment } from "../experiment.ts";
import type { JobContext } from "./job-table.ts";
import { jobPayload, type JobPayload, openJobSetting } from "./job-setting.ts";
import type { OpenRun } from "./open-run.ts";
import { provenanceOf } from "../run/provenance.ts";
import { runStage } from "../run/stage.ts";
import { readEmbeddingStatistics } from "../teacher/target-bank.ts";
import type { CachedTargets } from "./targets.ts";
import type { ProvidedTeacher } from "./teacher.ts";
import { linkLine, outcomesOf, pairedComparisons, resultLines } from "../evaluate/assemble-results.ts";
import { evaluateBaselines, measuredPoints } from "./baseline.ts";
import { cleanComparisons, cleanLines } from "../evaluate/clean-lines.ts";
import { type CleanEvaluation, evaluateClean } from "../evaluate/clean-evaluation.ts";
import { channelUsesLedger, lengthFieldBits } from "../evaluate/channel-uses.ts";
import { conventionsOf } from "../evaluate/conventions.ts";
import { trainingCurves } from "../evaluate/curves.ts";
import { fineTuneClassifier } from "./fine-tune.ts";
import { classificationFigures } from "../evaluate/figures.ts";
import { channelsOf } from "../evaluate/mismatch/matrix-channels.ts";
import { ledgerOf } from "../evaluate/ledger.ts";
import { evaluateLink, type LinkEvaluation, readLinkEvaluation } from "../evaluate/link-evaluation.ts";
import { MATRIX_CONVENTIONS, measureMismatch } from "./mismatch.ts";
import { CLEAN_FIGURES } from "../results/figures.ts";
import { type ChannelInfo, parseResults, type Results } from "../results/results.ts";

/** Everything that the evaluation reads. */
export interface TrainedSystems {
  readonly teacher: ProvidedTeacher;
  readonly targets: CachedTargets;
  readonly students: Students;
  readonly links: readonly TrainedLink[];
}

interface Measurements {
  readonly links: readonly LinkEvaluation[];
  readonly clean: Readonly<Record<string, CleanEvaluation>>;
}

/** Measures all systems on the test set and writes `results.json` into the run's folder. */
export async function evaluateSystems(
  experiment: Experiment,
  run: OpenRun,
  data: Dataset,
  systems: TrainedSystems,
): Promise<Results> {
  const { folder, value } = await measureSystems(experiment, run, data, systems);
  const shape = problemShape(data, systems.targets.embedDim);
  const options = {
    evaluate: experiment.evaluate,
    labels: data.test.labels,
    numClasses: shape.numClasses,
    numSourceValues: shape.imageShape.reduce((product, size) => product * size, 1),
    seed: experiment.seed,
  };
  const [main, ...rivals] = value.links;
  const mainLine = linkLine(main!, "link");
  const rivalLines = rivals.map((rival) => linkLine(rival, "rival"));
  const { teacher, targets } = systems;
  const device = { link: systems.links[0]!, embedDim: targets.embedDim };
  const tuned = await fineTuneClassifier(experiment, run, data, device);
  const digital = { teacher, tuned, ...device };
  const baselines = await evaluateBaselines(experiment, run, data, { ...digital, device: main! }, options);
  const otherLines = [...rivalLines, ...baselines.map(({ line }) => line)];
  const matrix = await measureMismatch(experiment, run, data, systems.links, digital);
  const lines = [mainLine, ...otherLines].flatMap((line) => resultLines(line, options));
  const links = new Set<string>(experiment.codec.kinds);
  const results: Results = {
    schema: "semlink-results/2",
    name: experiment.name,
    task: { name: "classify" },
    figures: classificationFigures(shape.numClasses),
    cleanFigures: CLEAN_FIGURES,
    channels: channelsMet(experiment),
    main: mainLine.id,
    experiment,
    provenance: provenanceOf({
      resolved: run.resolved,
      context: run,
      runtime: await nodeRuntime(),
      endedAt: new Date(),
    }),
    conventions: [...conventionsOf(experiment.evaluate.baselines), ...(matrix ? MATRIX_CONVENTIONS : [])],
    clean: cleanLines(value.clean, value.links, data.test.labels),
    lines,
    comparisons: [
      ...cleanComparisons(value.clean, data.test.labels),
      // A limit is no system: nothing is shown by being below it.
      ...pairedComparisons(
        outcomesOf(mainLine),
        otherLines.filter(({ role }) => role !== "bound").map(outcomesOf),
      ),
    ],
    ledger: [
      ...ledgerOf(experiment, shape, systems.teacher.card),
      ...baselines.flatMap(({ ledger }) => ledger),
    ],
    channelUses: channelUsesLedger(lines, {
      channels: experiment.evaluate.channels,
      numSourceValues: options.numSourceValues,
      lengthBitsOf: (id) => (links.has(id) ? lengthFieldBits(experiment.codec.lengths.length) : 0),
    }),
    curves: [
      ...(await allCurves(systems)),
      ...(tuned ? await trainingCurves("fine-tune on compressed images", tuned.folder) : []),
    ],
    ...(matrix ? { matrix } : {}),
    bits: await weightDigests(systems, folder),
  };
  // What is written is what the published schema accepts.
  parseResults(results, "results");
  await writeFileAtomic(join(run.folder, "results.json"), `${JSON.stringify(results)}\n`);
  return results;
}

/** Every radio that the results name. */
function channelsMet({ evaluate, codec }: Experiment): ChannelInfo[] {
  const { channels, matrix } = evaluate;
  return channelInfosOf([...channels, ...codec.channels, ...(matrix ? channelsOf(matrix.axes) : [])]);
}

function measureSystems(
  experiment: Experiment,
  run: OpenRun,
  data: Dataset,
  { teacher, targets, students, links }: TrainedSystems,
): ReturnType<typeof runStage<Measurements>> {
  const kinds = links.map(({ kind }) => kind);
  return runStage<Measurements>(run, {
    name: "evaluate",
    version: 1,
    inputs: {
      data: data.digest,
      teacher: teacher.key,
      students: [students.chosen.key, students.control?.key ?? null],
      links: links.map(({ key }) => key),
      evaluate: measuredPoints(experiment.evaluate), // matrix and baselines are stages of their own
      seed: experiment.seed,
    },
    async produce(folder) {
      const shared = jobPayload(experiment, run, folder);
      const common = { ...shared, targetsFolder: targets.folder, embedDim: targets.embedDim };
      const [[clean]] = await Promise.all([
        run.jobs.run([
          { job: "evaluate-clean", payload: { ...common, teacherFolder: teacher.folder, students } },
        ]),
        run.jobs.run(
          links.map(({ kind, folder: linkFolder }) => ({
            job: "evaluate-link" as const,
            payload: { ...common, kind, linkFolder },
          })),
        ),
      ]);
      await writeFileAtomic(join(folder, CLEAN_FILE), JSON.stringify(clean));
    },
    read: async (folder) => ({
      links: await Promise.all(kinds.map((kind) => readLinkEvaluation(folder, kind))),
      clean: await readClean(join(folder, CLEAN_FILE)),
    }),
  });
}

const CLEAN_FILE = "clean.json";

/** @throws SemlinkError `corrupt-file`, so that the stage is run again */
async function readClean(path: string): Promise<Measurements["clean"]> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Measurements["clean"];
  } catch (cause) {
    const { message } = describeError(cause);
    const hint = "delete the folder; the stage is run again";
    throw new SemlinkError({
      code: "corrupt-file",
      where: path,
      expected: "predictions",
      actual: message,
      hint,
      cause,
    });
  }
}

async function allCurves({ students, links }: TrainedSystems): Promise<Results["curves"]> {
  const curves = await Promise.all([
    trainingCurves(students.chosen.isTaught ? "distill" : "distill (no teacher)", students.chosen.folder),
    ...(students.control ? [trainingCurves("distill (no teacher)", students.control.folder)] : []),
    ...links.flatMap(({ kind, folder }) =>
      ["phase-a", "phase-b"].map((phase) => trainingCurves(`${kind} ${phase}`, join(folder, phase))),
    ),
  ]);
  return curves.flat();
}

async function weightDigests(
  { students, links }: TrainedSystems,
  evaluation: string,
): Promise<Record<string, string>> {
  const digest = async (path: string): Promise<string> =>
    createHash("sha256")
      .update(await readFile(path))
      .digest("hex");
  const entries: [string, string][] = [["student", await digest(join(students.chosen.folder, WEIGHTS_FILE))]];
  for (const { kind, folder } of links) {
    entries.push([`${kind} link`, await digest(join(folder, WEIGHTS_FILE))]);
    entries.push([`${kind} measured`, await digest(join(evaluation, `${kind}.measured.safetensors`))]);
  }
  return Object.fromEntries(entries);
}

interface EvaluatePayload extends JobPayload {
  readonly targetsFolder: string;
  readonly embedDim: number;
}

/** Payload of {@link evaluateLinkJob}. */
export interface EvaluateLinkPayload extends EvaluatePayload {
  readonly kind: CodecKind;
  readonly linkFolder: string;
}

/** Job: see {@link evaluateLink}. */
export async function evaluateLinkJob(payload: EvaluateLinkPayload, context: JobContext): Promise<void> {
  const { experiment, folder, kind, linkFolder, embedDim } = payload;
  const setting = await openJobSetting(payload, context);
  await evaluateLink({
    ...setting,
    shape: problemShape(setting.data, embedDim),
    student: experiment.student,
    codec: experiment.codec,
    kind,
    evaluate: experiment.evaluate,
    weights: await loadWeights(linkFolder),
    folder,
  });
}

/** Payload of {@link evaluateCleanJob}. */
export interface EvaluateCleanPayload extends EvaluatePayload {
  readonly teacherFolder: string;
  readonly students: Students;
}

/** Job: see {@link evaluateClean}; predictions come back as plain numbers, ready for JSON. */
export async function evaluateCleanJob(
  payload: EvaluateCleanPayload,
  context: JobContext,
): Promise<Measurements["clean"]> {
  const { experiment, teacherFolder, targetsFolder, students, embedDim } = payload;
  const setting = await openJobSetting(payload, context);
  const read = async ({
    folder,
    isTaught,
  }: TrainedStudent): Promise<{ weights: Map<string, Float32Array>; isTaught: boolean }> => ({
    weights: await loadWeights(folder),
    isTaught,
  });
  return evaluateClean({
    ...setting,
    shape: problemShape(setting.data, embedDim),
    student: experiment.student,
    teacherFolder,
    statistics: await readEmbeddingStatistics(targetsFolder),
    students: {
      student: await read(students.chosen),
      ...(students.control ? { control: await read(students.control) } : {}),
    },
  });
}
