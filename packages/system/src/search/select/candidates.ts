// SPDX-License-Identifier: Apache-2.0
import type { Rng } from "@semlink/engine";
import type { Genotype } from "../../cells/genotype.ts";
import { formatGenotype } from "../../cells/genotype.ts";
import { sampleGenotype } from "./genotype-draws.ts";
import type { FinishedSearch, SearchRequest } from "../study-setting.ts";

/** A genotype that searches propose. */
export interface Proposal {
  readonly genotype: Genotype;
  readonly request: SearchRequest;
  readonly epoch: number;
  /** Number of the draw from softmax(alpha); null for the genotype that the epoch derives. */
  readonly sample: number | null;
  /** Share of the search that had passed, in (0, 1]. */
  readonly lateness: number;
}

/** What is proposed and how much of it. */
export interface ProposalOptions {
  readonly numCandidates: number;
  /** Draws from softmax(alpha) at the end of the searches, taking turns. */
  readonly numSamples: number;
  /** What may be a candidate, such as a student at equal MACs. */
  readonly accept: (genotype: Genotype) => boolean;
  readonly rng: Rng;
}

/**
 * The genotypes to select from: those of every epoch after the warm-up and samples of the last alpha, different ones,
 * at most `numCandidates`. One after the other is taken that is latest and farthest from those taken: the largest sum
 * of lateness and of the share of its edges that the nearest one taken has not.
 */
export function proposalsOf(
  searches: readonly Pick<FinishedSearch, "request" | "trace" | "primitives">[],
  options: ProposalOptions,
): Proposal[] {
  const { numCandidates, accept } = options;
  const derived = searches.flatMap(derivedProposals);
  const all = [...derived, ...sampledProposals(searches, options)];
  // The first of equal genotypes would be the earliest epoch that has it.
  const left = withoutRepeats(all.toSorted((a, b) => b.lateness - a.lateness)).filter(({ genotype }) =>
    accept(genotype),
  );
  const taken: Proposal[] = [];
  while (taken.length < numCandidates && left.length > 0) {
    const worth = left.map(
      ({ genotype, lateness }) =>
        lateness + Math.min(1, ...taken.map((other) => edgeDistance(genotype, other.genotype))),
    );
    taken.push(...left.splice(worth.indexOf(Math.max(...worth)), 1));
  }
  return taken;
}

/** Share of the edges of a genotype, with their primitives, that another one has not. */
export function edgeDistance(genotype: Genotype, other: Genotype): number {
  const edgesOf = ({ normal, reduce }: Genotype): string[] =>
    [normal, reduce].flatMap((cell, kind) =>
      cell.flatMap((edges, node) =>
        edges.map(({ primitive, from }) => [kind, node, from, primitive].join(" ")),
      ),
    );
  const has = new Set(edgesOf(other));
  const own = edgesOf(genotype);
  return own.filter((edge) => !has.has(edge)).length / own.length;
}

function derivedProposals({ request, trace }: Pick<FinishedSearch, "request" | "trace">): Proposal[] {
  const { epochs, config } = trace;
  const numWarmup = Math.round(config.warmupFraction * config.epochs);
  return epochs.slice(numWarmup).map(({ epoch, genotype }, index) => {
    return { genotype, request, epoch, sample: null, lateness: (numWarmup + index + 1) / epochs.length };
  });
}

function sampledProposals(
  searches: readonly Pick<FinishedSearch, "request" | "trace" | "primitives">[],
  { numSamples, accept, rng }: ProposalOptions,
): Proposal[] {
  const perTrace = Math.ceil(numSamples / Math.max(1, searches.length));
  const ofTraces = searches.map(({ request, trace, primitives }) => {
    const last = trace.epochs.at(-1)!;
    const draws = Array.from({ length: DRAWS_FOR_EACH * perTrace }, (_, sample) => ({
      request,
      epoch: last.epoch,
      sample,
      lateness: 1,
      genotype: sampleGenotype(last.strengths, primitives, rng.fold(request.id).fold(sample)),
    }));
    return draws.filter(({ genotype }) => accept(genotype)).slice(0, perTrace);
  });
  return Array.from({ length: perTrace }, (_, turn) =>
    ofTraces.flatMap((draws) => draws.slice(turn, turn + 1)),
  )
    .flat()
    .slice(0, numSamples);
}

// Nearly all draws are accepted; where none is, the epochs alone propose.
const DRAWS_FOR_EACH = 4;

function withoutRepeats(proposals: readonly Proposal[]): Proposal[] {
  const first = new Map<string, Proposal>();
  for (const proposal of proposals) {
    const name = formatGenotype(proposal.genotype);
    if (!first.has(name)) first.set(name, proposal);
  }
  return [...first.values()];
}
