// SPDX-License-Identifier: Apache-2.0
import type { Genotype } from "../cells/genotype.ts";
import type { PrimitiveSet } from "../cells/primitive-sets.ts";
import type { FigureInfo } from "../results/figures.ts";
import type { Reporter } from "../run/progress.ts";
import type { StudentSizes } from "./controls/equal-macs.ts";
import type { ProposalConfig, SearchConfig } from "./search-config.ts";
import { proposalOf, proposalPart } from "./search-config.ts";
import type { ArchitectureOrigin, SearchTrace } from "./search-results.ts";
import type { TrialRunner } from "./select/successive-halving.ts";
import type { StudentConfig } from "../student/student-config.ts";

/** A differentiable search to do. */
export interface SearchRequest {
  readonly id: string;
  readonly label: string;
  readonly origin: Extract<ArchitectureOrigin, "kdl" | "ce" | "no-penalty" | "variant">;
  /** Whether its genotypes are candidates of the selection; controls have none. */
  readonly proposes: boolean;
  /** Whether it differs from the base in the price of complexity alone, or is the base. */
  readonly isPriced: boolean;
  readonly config: ProposalConfig;
  readonly seed: number;
}

/**
 * The searches of an experiment: the base, its variants, and two controls, one that learns from labels alone and one
 * without price on complexity.
 */
export function searchesOf(search: SearchConfig, seed: number): SearchRequest[] {
  const config = proposalPart(search);
  const base: SearchRequest = {
    id: "kdl",
    label: "KDL-DARTS",
    origin: "kdl",
    config,
    seed,
    proposes: true,
    isPriced: true,
  };
  const variants = search.variants.map(
    ({ id, label = id, seed: added = 0, proposes = true, overrides = {} }): SearchRequest => {
      const names = { id: `kdl-${id}`, label: `KDL-DARTS, ${label}`, origin: "variant" } as const;
      const isPriced = added === 0 && Object.keys(overrides).every((key) => key === "complexity");
      return { ...names, config: proposalOf(config, overrides), seed: seed + added, proposes, isPriced };
    },
  );
  if (!search.controls.searches) return [base, ...variants];
  const withoutTeacher = proposalOf(config, { useTeacher: false });
  const withoutPenalty = proposalOf(config, { complexity: { weight: 0, targetMacs: undefined } });
  return [
    base,
    {
      id: "ce",
      label: "DARTS without KD",
      origin: "ce",
      config: withoutTeacher,
      seed,
      proposes: false,
      isPriced: false,
    },
    {
      id: "no-penalty",
      label: "KDL-DARTS without penalty",
      origin: "no-penalty",
      config: withoutPenalty,
      seed,
      proposes: false,
      isPriced: true,
    },
    ...variants,
  ];
}

/** A search that is done. */
export interface FinishedSearch {
  readonly request: SearchRequest;
  readonly trace: SearchTrace;
  /** In the order of the columns of its tables. */
  readonly primitives: PrimitiveSet;
  /** Leading figure of its supernet restricted to each genotype of its space. */
  readonly oneShotFigures: (genotypes: readonly Genotype[]) => Promise<readonly number[]>;
}

/** All that a comparison of architectures needs, and what it is done with. */
export interface StudySetting {
  readonly search: SearchConfig;
  readonly seed: number;
  readonly sizes: StudentSizes;
  /** Training images that there are. */
  readonly numTrainImages: number;
  /** What trials measure; the first one decides. */
  readonly figures: readonly FigureInfo[];
  /** The base first. */
  readonly searches: readonly FinishedSearch[];
  readonly runTrial: TrialRunner;
  /** Median time of one image on one thread of this machine [ms]. It picks the controls at equal latency and nothing else. */
  readonly measureLatencies: (students: readonly StudentConfig[]) => Promise<readonly number[]>;
  readonly report: Reporter;
}
