// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";
import { writeFileAtomic } from "@semlink/engine/node";
import { join } from "node:path";
import type { TrialOutcome } from "../select/successive-halving.ts";
import { readStageJson } from "../../store/stored-json.ts";

const trialSchema = z.strictObject({
  accuracy: z.number().min(0).max(1),
  r2: z.number().max(1).nullable(),
  durationS: z.number().nonnegative(),
  /** One digit for each image. */
  correct: z.string().regex(/^[01]+$/),
});

const pathOf = (folder: string): string => join(folder, "trial.json");

/** Writes what a trial ended with. */
export async function writeTrial(folder: string, { correct, ...figures }: TrialOutcome): Promise<void> {
  await writeFileAtomic(pathOf(folder), `${JSON.stringify({ ...figures, correct: correct.join("") })}\n`);
}

/**
 * Reads what {@link writeTrial} wrote.
 *
 * @throws SemlinkError `corrupt-file` when it is missing or damaged
 */
export async function readTrial(folder: string): Promise<TrialOutcome> {
  const { correct, ...figures } = await readStageJson(pathOf(folder), trialSchema, "figures of a trial");
  return { ...figures, correct: Uint8Array.from(correct, Number) };
}
