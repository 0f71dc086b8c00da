// SPDX-License-Identifier: Apache-2.0
import { type ProposalConfig, proposalOf, proposalPart, type SearchConfig } from "./search-config.ts";
import type { ArchitectureOrigin } from "./search-results.ts";

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
    ...{ id: "kdl", label: "KDL-DARTS", origin: "kdl", config, seed },
    ...{ proposes: true, isPriced: true },
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
      ...{ id: "ce", label: "DARTS without KD", origin: "ce", config: withoutTeacher, seed },
      ...{ proposes: false, isPriced: false },
    },
    {
      ...{ id: "no-penalty", label: "KDL-DARTS without penalty", origin: "no-penalty" },
      ...{ config: withoutPenalty, seed, proposes: false, isPriced: true },
    },
    ...variants,
  ];
}
