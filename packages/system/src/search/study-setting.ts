// SPDX-License-Identifier: Apache-2.0
import type { SearchConfig } from "./search-config.ts";
import type { StudentConfig } from "../student/student-config.ts";
import type { StudentSizes } from "./controls/equal-macs.ts";
import type { Genotype } from "../cells/genotype.ts";
import type { PrimitiveSet } from "../cells/primitive-sets.ts";
import type { SearchTrace } from "./search-results.ts";
import type { SearchRequest } from "./searches.ts";
import type { Reporter } from "../run/progress.ts";
import type { TrialRunner } from "./select/trial.ts";

/** A search that is done. */
export interface FinishedSearch {
  readonly request: SearchRequest;
  readonly trace: SearchTrace;
  /** In the order of the columns of its tables. */
  readonly primitives: PrimitiveSet;
  /** Share of right answers of its supernet restricted to each genotype of its space. */
  readonly oneShotAccuracies: (genotypes: readonly Genotype[]) => Promise<readonly number[]>;
}

/** All that a comparison of architectures needs, and what it is done with. */
export interface StudySetting {
  readonly search: SearchConfig;
  readonly seed: number;
  readonly sizes: StudentSizes;
  /** The base first. */
  readonly searches: readonly FinishedSearch[];
  readonly runTrial: TrialRunner;
  /** Median time of one image on one thread [ms]. */
  readonly measureLatencies: (students: readonly StudentConfig[]) => Promise<readonly number[]>;
  readonly report: Reporter;
}
