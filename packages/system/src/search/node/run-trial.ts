// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";
import { writeFileAtomic } from "@semlink/engine/node";
import { join } from "node:path";
import type { PrimitiveSet } from "../../cells/primitive-sets.ts";
import type { Dataset } from "../../data/dataset.ts";
import { readStageJson } from "../../store/stored-files.ts";
import { startStopwatch } from "../../store/stopwatch.ts";
import { runStudent } from "../../student/run-student.ts";
import { studentEncoder } from "../../student/student-encoder.ts";
import type { Task } from "../../task/task.ts";
import type { TargetBank } from "../../teacher/target-bank.ts";
import type { TransferConfig } from "../../train/distill-config.ts";
import type { TrainingPlace } from "../../train/phase.ts";
import { transferKnowledge } from "../../train/transfer.ts";
import { studentFigures } from "../statistics/student-figures.ts";
import type { TrialOutcome, TrialRequest } from "../select/successive-halving.ts";

/** A stage-1 run to do, and what with. */
export interface TrialOptions extends TrialRequest {
  readonly task: Task;
  readonly data: Dataset;
  /** Teacher targets; null where the recipe learns from the truth alone. */
  readonly targets: TargetBank | null;
  /** [count, embedDim] the teacher's standardised embeddings of the set that is measured; null where they are unknown. */
  readonly reference: Float32Array | null;
  readonly embedDim: number;
  /** The primitives that the genotype of the student may name. */
  readonly primitives: PrimitiveSet;
  /** The recipe; its epochs are those of the budget. */
  readonly transfer: TransferConfig;
  readonly numViews: number;
}

/**
 * Stage 1 on part of the training images, then the figures of the student; the folder keeps them for {@link readTrial}.
 *
 * @param place - where it trains, stopped and resumed like any training
 */
export async function runTrial(options: TrialOptions, folder: string, place: TrainingPlace): Promise<void> {
  const { task, data, targets, reference, embedDim, budget, student, primitives, measuredOn } = options;
  const stopwatch = await startStopwatch(join(folder, "trial-elapsed.json"));
  const sizes = task.sizes(data);
  const { channels, height, width } = data.train;
  const shape = { imageShape: [channels, height, width] as const, embedDim };
  const network = {
    student: studentEncoder(student, shape, primitives),
    head: task.head(embedDim, sizes, targets?.map ?? null),
  };
  const { numViews, seed } = options;
  const transfer = { ...options.transfer, epochs: budget.epochs };
  const pool = spreadIndices(budget.numImages, data.train.count);
  const training = { task, data, pool, targets, network, transfer, numViews, seed };
  const weights = await transferKnowledge(training, place);
  const set = data[measuredOn];
  const { runtime, signal } = place;
  const answerDim = task.answerDim(sizes);
  const said = await runStudent({ network, weights, set, data, embedDim, answerDim, runtime, signal });
  const received = { decisions: task.decide(said.answers, sizes), embedding: said.embeddings };
  const truth = { set, sizes, ...(reference && { sent: reference }) };
  const measured = studentFigures(task.figures(sizes), received, truth);
  await writeTrial(folder, { ...measured, durationS: await stopwatch.stop() });
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
