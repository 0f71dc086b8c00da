// SPDX-License-Identifier: Apache-2.0
import type { StudentConfig } from "../student/student-config.ts";
import type { Trial } from "./search-results.ts";
import { trialOf, trialText } from "./select/successive-halving.ts";
import type { StudySetting } from "./study-setting.ts";

/** A final run, with what the comparisons need beside the figures. */
export interface Final {
  readonly trial: Trial;
  /** [images] what every image adds to the leading figure; null when the run failed. */
  readonly outcomes: Float32Array | null;
}

/** An architecture that is trained for the last time. */
export interface Finalist {
  readonly id: string;
  readonly student: StudentConfig;
  /** Seeds, from the first on. */
  readonly numSeeds: number;
}

/**
 * Trains every finalist by the same recipe and measures it on the test set. Seeds are the same for all, and none of
 * them was used in the selection.
 */
export async function runFinals(
  finalists: readonly Finalist[],
  { search, seed, figures, runTrial, report }: StudySetting,
): Promise<Final[]> {
  const { numImages, epochs } = search.finals;
  const firstSeed = seed + search.selection.rounds.length;
  const requests = finalists.flatMap(({ id, student, numSeeds }) =>
    Array.from({ length: numSeeds }, (_, index) => ({ id, student, seed: firstSeed + index })),
  );
  let numDone = 0;
  return Promise.all(
    requests.map(async ({ id, ...of }) => {
      const request = { ...of, budget: { numImages, epochs }, measuredOn: "test" } as const;
      const outcome = await runTrial(request);
      const trial = trialOf(id, request, outcome);
      report({
        stage: "finals",
        done: ++numDone,
        total: requests.length,
        message: trialText(trial, figures),
      });
      return { trial, outcomes: "failure" in outcome ? null : outcome.outcomes };
    }),
  );
}
