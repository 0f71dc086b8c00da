// SPDX-License-Identifier: Apache-2.0
import type { ProposalConfig } from "./search-config.ts";
import type { StudentConfig } from "../student/student-config.ts";
import type { Estimate } from "../numbers/differences.ts";
import type { FigureInfo } from "../results/figures.ts";
import type { Provenance } from "../results/results.ts";
import type { Genotype } from "../cells/genotype.ts";

/** What an epoch of the search left behind. Tables are edges x primitives, in the order of the space. */
export interface SearchEpoch {
  readonly epoch: number;
  /** Loss of the weights on the training half, and of alpha's task (without penalty) on the validation half. */
  readonly lowerLoss: number;
  readonly upperLoss: number;
  /** Leading figure of the whole supernet on images of the validation half. */
  readonly oneShot: number;
  /** Mean entropy of an edge's softmax over the primitives that are left [nat]. */
  readonly entropy: { readonly normal: number; readonly reduce: number };
  /** E[C] of the network that alpha stands for. */
  readonly expected: { readonly macs: number; readonly params: number };
  readonly complexityWeight: number;
  /** Norms of the gradients on alpha. */
  readonly gradientNorm: { readonly task: number; readonly penalty: number };
  /** Strength softmax(alpha)_o * beta_e of every primitive on every edge; 0 where pruned. */
  readonly strengths: {
    readonly normal: readonly (readonly number[])[];
    readonly reduce: readonly (readonly number[])[];
  };
  readonly genotype: Genotype;
  readonly derived: { readonly macs: number; readonly params: number };
  /** Edges of both cells that the genotype of the epoch before has not, or with another primitive. */
  readonly numChanges: number;
  readonly alarms: readonly string[];
}

/** One differentiable search from its first epoch to its genotype. */
export interface FoundTrace {
  readonly seed: number;
  readonly config: ProposalConfig;
  readonly epochs: readonly SearchEpoch[];
  readonly genotype: Genotype;
  readonly durationS: number;
}

/** A search with the names that a study gives it. */
export interface SearchTrace extends FoundTrace {
  /** Short and unique in the file: "kdl", "kdl-seed-1", "ce", "no-penalty", "kdl-weight-0.2". */
  readonly id: string;
  readonly label: string;
}

/** Where an architecture comes from. */
export type ArchitectureOrigin =
  "kdl" | "ce" | "no-penalty" | "variant" | "random" | "residual-cnn" | "plain-cnn";

/** A student that was measured. */
export interface Architecture {
  readonly id: string;
  readonly label: string;
  readonly origin: ArchitectureOrigin;
  readonly student: StudentConfig;
  /** Null for hand-made networks. */
  readonly genotype: Genotype | null;
  readonly macs: number;
  readonly params: number;
  /** Median over runs of one image on one thread [ms]; null when not measured. */
  readonly latencyMs: number | null;
  /** Trace and epoch that proposed it; null for controls. */
  readonly proposedBy: { readonly trace: string; readonly epoch: number } | null;
  /** Leading figure of the supernet restricted to it, where that was measured. */
  readonly oneShot: number | null;
}

/** How long a stage-1 run was. */
export interface TrialBudget {
  readonly numImages: number;
  readonly epochs: number;
}

/** One stage-1 run of one architecture, measured on the validation split ("validation") or the test set ("test"). */
export interface Trial {
  readonly architecture: string;
  readonly budget: TrialBudget;
  readonly seed: number;
  readonly measuredOn: "validation" | "test";
  /** Values by the ids of {@link SearchResults.figures}; empty when the run failed. */
  readonly figures: Readonly<Record<string, number>>;
  readonly durationS: number;
  readonly failure: string | null;
}

/** Value of the leading figure of a trial; null when the run failed. */
export function leadingValue(
  { figures }: Pick<Trial, "figures">,
  [leading]: readonly FigureInfo[],
): number | null {
  return figures[leading!.id] ?? null;
}

/** Successive halving over a pool. */
export interface Selection {
  /** "kdl" for proposals of the search, "random" for random genotypes at equal total cost. */
  readonly pool: "kdl" | "random";
  readonly rounds: readonly {
    readonly budget: TrialBudget;
    readonly trials: readonly Trial[];
    readonly kept: readonly string[];
  }[];
  readonly chosen: string;
  /**
   * Multiply-accumulates of the searches (0 for random) and of the trials, see `select/search-cost.ts`: by them both pools cost the same. Null in files of version 1, which had no such count.
   */
  readonly searchMacs: number | null;
  readonly trialsMacs: number | null;
  /** Seconds of one core, reported only. */
  readonly searchS: number;
  readonly trialsS: number;
}

/** Paired difference of two groups of final trials, in the leading figure. */
export interface SearchComparison {
  readonly label: string;
  readonly minuend: readonly string[];
  readonly subtrahend: readonly string[];
  readonly difference: Estimate;
  readonly method: string;
}

/** Spearman's rank correlation over architectures that have both figures. */
export interface RankCorrelation {
  readonly between: string;
  readonly and: string;
  readonly spearman: Estimate;
}

/** Everything that a search found and what it was worth. The report reads this alone. */
export interface SearchResults {
  readonly schema: "semlink-search/2";
  readonly name: string;
  readonly provenance: Provenance;
  /** What trials measure; the first one leads: selection, comparisons and correlations go by it, more is better. */
  readonly figures: readonly FigureInfo[];
  readonly primitives: readonly string[];
  readonly traces: readonly SearchTrace[];
  readonly architectures: readonly Architecture[];
  readonly selections: readonly Selection[];
  /** The same stage-1 recipe for every architecture, on the test set. */
  readonly finals: readonly Trial[];
  readonly comparisons: readonly SearchComparison[];
  readonly correlations: readonly RankCorrelation[];
  /** Architecture that goes on to distillation: the best of the last round of both pools. */
  readonly chosen: string;
}
