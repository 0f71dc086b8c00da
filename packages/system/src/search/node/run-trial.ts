// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";
import type { Runtime } from "@semlink/engine";
import { SemlinkError } from "@semlink/engine";
import { writeFileAtomic } from "@semlink/engine/node";
import { join } from "node:path";
import type { Dataset } from "../../data/dataset.ts";
import { runStudent } from "../../evaluate/link-evaluation.ts";
import type { TransferConfig } from "../../train/distill-config.ts";
import type { ProblemShape } from "../../link/networks.ts";
import { studentNetwork } from "../../link/networks.ts";
import type { Reporter } from "../../run/progress.ts";
import { readStageJson } from "../../store/stored-json.ts";
import { startStopwatch } from "../../store/stopwatch.ts";
import type { Figure, Received, TaskSizes, Truth } from "../../task/task.ts";
import type { TargetBank } from "../../teacher/target-bank.ts";
import { transferKnowledge } from "../../train/transfer.ts";
import { loadWeights } from "../../train/weights.ts";
import type { TrialOutcome, TrialRequest } from "../select/successive-halving.ts";

/** A stage-1 run to do, and what with. */
export interface TrialOptions extends TrialRequest {
  readonly data: Dataset;
  readonly targets: TargetBank;
  /** [count, embedDim] the teacher's standardised embeddings of the set that is measured; null where they are unknown. */
  readonly reference: Float32Array | null;
  readonly shape: ProblemShape;
  /** The recipe; its epochs are those of the budget. */
  readonly transfer: TransferConfig;
  readonly numViews: number;
  /** What is measured; the first one decides. */
  readonly figures: readonly Figure[];
  readonly sizes: TaskSizes;
  readonly folder: string;
  readonly runtime: Runtime;
  readonly detectAnomaly: boolean;
  readonly report: Reporter;
  readonly signal: AbortSignal;
}

/** Stage 1 on part of the training images, then the figures of the student; the folder keeps them for {@link readTrial}. */
export async function runTrial(options: TrialOptions): Promise<void> {
  const { data, targets, reference, shape, budget, folder, runtime, signal } = options;
  const stopwatch = await startStopwatch(join(folder, "trial-elapsed.json"));
  const transfer = { ...options.transfer, epochs: budget.epochs };
  await transferKnowledge({
    ...options,
    pool: spreadIndices(budget.numImages, data.train.count),
    targets: transfer.useTeacher ? targets : null,
    transfer,
  });
  const set = data[options.measuredOn];
  const network = studentNetwork(shape, options.student, null);
  const weights = await loadWeights(folder);
  const said = await runStudent(network, set, { data, shape, weights, runtime, signal });
  const received = { decisions: said.predictions, embedding: said.embeddings };
  const truth = { set, sizes: options.sizes, ...(reference && { sent: reference }) };
  const measured = trialFigures(options.figures, received, truth);
  await writeTrial(folder, { ...measured, durationS: await stopwatch.stop() });
}

/** Figures of a student, those that can be taken, and what every item adds to the first one. */
export function trialFigures(
  figures: readonly Figure[],
  received: Received,
  truth: Truth,
): Pick<TrialOutcome, "figures" | "outcomes"> {
  const taken = figures.map((figure) => ({ figure, ofItems: figure.ofItems(received, truth) }));
  const leading = taken[0]?.ofItems;
  if (!leading) {
    throw new SemlinkError({
      code: "no-leading-figure",
      where: "trial",
      expected: `a student whose ${figures[0]?.id ?? "figure"} can be taken`,
      actual: `[${Object.keys(received).join(", ")}] of a student`,
      hint: "the first figure of the task decides a selection: it must be one of decisions or of embeddings",
    });
  }
  const values = taken.flatMap(({ figure: { id, summary }, ofItems }): [string, number][] => {
    if (!ofItems) return [];
    const mean = ofItems.reduce((sum, value) => sum + value, 0) / ofItems.length;
    return [[id, summary === "one-minus-mean" ? 1 - mean : mean]];
  });
  return {
    figures: Object.fromEntries(values),
    outcomes: figures[0]!.summary === "one-minus-mean" ? leading.map((missed) => 1 - missed) : leading,
  };
}

/** `count` indices spread evenly over `total`, so that images in the order of their classes are met as fairly. */
export function spreadIndices(count: number, total: number): Uint32Array {
  const taken = Math.min(count, total);
  return Uint32Array.from({ length: taken }, (_, i) => Math.floor((i * total) / taken));
}

const trialSchema = z.strictObject({
  figures: z.record(z.string(), z.number()),
  durationS: z.number().nonnegative(),
  /** One number for each image. */
  outcomes: z.array(z.number()).min(1),
});

const pathOf = (folder: string): string => join(folder, "trial.json");

async function writeTrial(folder: string, { outcomes, ...measured }: TrialOutcome): Promise<void> {
  await writeFileAtomic(pathOf(folder), `${JSON.stringify({ ...measured, outcomes: [...outcomes] })}\n`);
}

/**
 * Reads what {@link runTrial} left.
 *
 * @throws SemlinkError `corrupt-file` when it is missing or damaged
 */
export async function readTrial(folder: string): Promise<TrialOutcome> {
  const { outcomes, ...measured } = await readStageJson(pathOf(folder), trialSchema, "figures of a trial");
  return { ...measured, outcomes: Float32Array.from(outcomes) };
}
