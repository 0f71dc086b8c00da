// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { writeFileAtomic } from "@semlink/engine/node";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Baseline } from "../lines/baseline.ts";
import { labelBaselines } from "../lines/label/label-baselines.ts";
import type { Dataset } from "../data/dataset.ts";
import type { TrainedLink } from "./harden.ts";
import type { EvaluateConfig, Experiment } from "../experiment.ts";
import { type DigitalLineName, digitalLinesOf, isDigital } from "../lines/baseline-names.ts";
import type { SeparationConfig } from "../lines/digital/separation-config.ts";
import { jobPayload, type JobPayload } from "./job-setting.ts";
import type { OpenRun } from "./open-run.ts";
import { runStage } from "../run/stage.ts";
import type { ProvidedTeacher } from "./teacher.ts";
import { type LineOptions, measureBaseline, type MeasuredLine } from "../evaluate/assemble-results.ts";
import type { DigitalFolders } from "./digital-lines.ts";
import type { TunedClassifier } from "./fine-tune.ts";
import type { LinkEvaluation } from "../evaluate/link-evaluation.ts";
import { readMeasured } from "../evaluate/measured-file.ts";
import type { LedgerRow } from "../results/results.ts";

/** A baseline as it was measured, with what it costs. */
export interface BaselineEvaluation {
  readonly line: MeasuredLine;
  readonly ledger: readonly LedgerRow[];
}

/** What is measured of every line: the part of the configuration that its points depend on. */
export function measuredPoints({
  esNoDb,
  lengths,
  channels,
  drawsPerImage,
  confidence,
}: EvaluateConfig): Pick<EvaluateConfig, "esNoDb" | "lengths" | "channels" | "drawsPerImage" | "confidence"> {
  return { esNoDb, lengths, channels, drawsPerImage, confidence };
}

/**
 * Measures the baselines that the experiment names, in its order, with the device of the first link. Lines of labels are
 * measured here and now; digital ones by a job, each in a stage of its own.
 */
export async function evaluateBaselines(
  experiment: Experiment,
  run: OpenRun,
  data: Dataset,
  systems: {
    readonly device: LinkEvaluation;
  } & DigitalSystems,
  options: LineOptions,
): Promise<BaselineEvaluation[]> {
  const { baselines, separation } = experiment.evaluate;
  const digital = new Map(
    await Promise.all(
      digitalLinesOf(baselines, separation).map(
        async (name) => [name, await digitalStage(experiment, run, data, systems, name)] as const,
      ),
    ),
  );
  const predictions = systems.device.devicePredictions;
  const evaluations: BaselineEvaluation[] = [];
  for (const name of baselines) {
    if (isDigital(name)) {
      evaluations.push(...digitalLinesOf([name], separation).map((line) => digital.get(line)!));
    } else {
      const device = { numClasses: options.numClasses, predictions };
      const line = await measureBaseline(labelBaselines[name], device, { ...options, signal: run.signal });
      evaluations.push({ line, ledger: ledgerOfBaseline(labelBaselines[name], options) });
    }
  }
  return evaluations;
}

/** Rows of the ledger of a baseline at the lengths that are measured. */
export function ledgerOfBaseline(
  baseline: Baseline,
  { evaluate, numClasses }: Pick<LineOptions, "evaluate" | "numClasses">,
): readonly LedgerRow[] {
  return baseline.ledger({ numClasses, maxSymbols: Math.max(...evaluate.lengths) });
}

/** What digital lines are made from. */
export interface DigitalSystems {
  readonly teacher: ProvidedTeacher;
  readonly link: TrainedLink;
  readonly tuned: TunedClassifier | undefined;
  readonly embedDim: number;
}

/** Folders of the networks that digital lines may need. */
export function digitalFolders({
  teacher,
  tuned,
}: Pick<DigitalSystems, "teacher" | "tuned">): DigitalFolders {
  return { teacherFolder: teacher.folder, ...(tuned ? { tunedFolder: tuned.folder } : {}) };
}

/** What a digital line depends on beside link and points, for the inputs of a stage. */
export function digitalInputs(
  name: DigitalLineName,
  { teacher, tuned }: Pick<DigitalSystems, "teacher" | "tuned">,
  { formats }: Pick<SeparationConfig, "formats">,
): Readonly<Record<string, unknown>> {
  switch (name) {
    case "separation-teacher":
      return { formats, classifier: teacher.key };
    case "separation-fine-tuned":
      return { formats, classifier: tuned!.key };
    case "separation-student":
      return { formats };
    default:
      return {};
  }
}

/** Payload of the job that measures a digital baseline. */
export interface EvaluateBaselinePayload extends JobPayload, DigitalFolders {
  readonly name: DigitalLineName;
  readonly linkFolder: string;
  readonly embedDim: number;
}

/** Files that the job leaves in its folder. */
export const BASELINE_FILES = { measured: "measured.safetensors", card: "line.json" } as const;

async function digitalStage(
  experiment: Experiment,
  run: OpenRun,
  data: Dataset,
  systems: DigitalSystems,
  name: DigitalLineName,
): Promise<BaselineEvaluation> {
  const { evaluate, seed } = experiment;
  const { link, embedDim } = systems;
  const { value } = await runStage(run, {
    name: `baseline-${name}`,
    version: 2,
    inputs: {
      data: data.digest,
      link: link.key,
      ...digitalInputs(name, systems, evaluate.separation),
      evaluate: measuredPoints(evaluate),
      seed,
    },
    async produce(folder) {
      const folders = { linkFolder: link.folder, ...digitalFolders(systems) };
      const payload = { ...jobPayload(experiment, run, folder), name, embedDim, ...folders };
      await run.jobs.run([{ job: "evaluate-baseline", payload }]);
    },
    read: readEvaluation,
  });
  return value;
}

/** Writes what the results say of a baseline beside its points. */
export async function writeBaselineCard(
  folder: string,
  card: Omit<MeasuredLine, "points"> & { readonly ledger: readonly LedgerRow[] },
): Promise<void> {
  await writeFileAtomic(join(folder, BASELINE_FILES.card), JSON.stringify(card));
}

async function readEvaluation(folder: string): Promise<BaselineEvaluation> {
  const { points } = await readMeasured(join(folder, BASELINE_FILES.measured));
  const path = join(folder, BASELINE_FILES.card);
  try {
    const card = JSON.parse(await readFile(path, "utf8")) as Parameters<typeof writeBaselineCard>[1];
    const { ledger, ...line } = card;
    return { line: { ...line, points }, ledger };
  } catch (cause) {
    throw new SemlinkError({
      code: "corrupt-file",
      where: path,
      expected: "name and ledger of a baseline",
      actual: cause instanceof Error ? cause.message : String(cause),
      hint: "delete the folder; the line is measured again",
      cause,
    });
  }
}
