// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import type { Genotype } from "../../cells/genotype.ts";
import { cellsStudentAtMacs, isAtMacs } from "../controls/equal-macs.ts";
import type { Architecture, Selection } from "../search-results.ts";
import { proposalsOf } from "./candidates.ts";
import { randomGenotypes } from "./genotype-draws.ts";
import { searchMacs, trialMacs } from "./search-cost.ts";
import { keptCounts, successiveHalving, trialText } from "./successive-halving.ts";
import type { StudySetting } from "../study-setting.ts";

/** Architectures and what selection made of them. */
export interface SelectedPool {
  readonly architectures: readonly Architecture[];
  readonly selection: Selection;
}

/** An architecture of cells at equal MACs of which nothing has been measured yet. */
export function atEqualMacs(
  genotype: Genotype,
  { sizes }: Pick<StudySetting, "sizes">,
  names: Pick<Architecture, "id" | "label" | "origin" | "proposedBy">,
): Architecture {
  const { student, macs, params } = cellsStudentAtMacs(genotype, sizes);
  return { ...names, student, genotype, macs, params, latencyMs: null, oneShot: null };
}

/** What the searches propose, at equal MACs, and the selection among it. */
export async function selectProposals(setting: StudySetting): Promise<SelectedPool> {
  const { search, seed } = setting;
  const searches = setting.searches.filter(({ request }) => request.proposes);
  const proposals = proposalsOf(searches, {
    ...search.selection,
    accept: acceptable(setting),
    rng: rngFrom(seed).fold("search-samples"),
  });
  const architectures = proposals.map(({ genotype, request, epoch, sample }) => {
    const [id, label] =
      sample === null
        ? [`${request.id}-e${epoch}`, `${request.label}, epoch ${epoch}`]
        : [`${request.id}-s${sample}`, `${request.label}, sample ${sample}`];
    const proposedBy = { trace: request.id, epoch };
    return atEqualMacs(genotype, setting, { id, label, origin: request.origin, proposedBy });
  });
  const cost = {
    searchMacs: searches.reduce(
      (sum, { trace, primitives }) => sum + searchMacs(trace, primitives, setting.sizes.shape),
      0,
    ),
    searchS: searches.reduce((sum, { trace }) => sum + trace.durationS, 0),
  };
  return { architectures, selection: await select("kdl", architectures, cost, setting) };
}

/**
 * Random genotypes at equal MACs and the same selection at the same total cost: as many more enter the first round as
 * have their trials there for the multiply-accumulates of the searches; as many go on after each round.
 */
export async function selectRandom(proposed: SelectedPool, setting: StudySetting): Promise<SelectedPool> {
  const { search, seed, searches } = setting;
  const count = Math.max(search.controls.numRandom, equalCostCount(proposed, setting));
  // The space of the base search: what it could have proposed, and nothing else.
  const space = { primitives: searches[0]!.primitives, numCellNodes: search.numCellNodes };
  const rng = rngFrom(seed).fold("random-genotypes");
  const architectures = randomGenotypes(space, count, acceptable(setting), rng).map((genotype, index) => {
    const [id, label] = [`random-${index + 1}`, `Random ${index + 1}`];
    return atEqualMacs(genotype, setting, { id, label, origin: "random", proposedBy: null });
  });
  const cost = { searchMacs: 0, searchS: 0 };
  return { architectures, selection: await select("random", architectures, cost, setting) };
}

/**
 * Candidates of a selection that costs as much as another with its searches:
 * `n + ⌊MACs of the searches / mean MACs of a first trial⌋`. Trials that failed count like the others, so that the number
 * is known before any of them has run.
 */
export function equalCostCount(
  { architectures, selection }: SelectedPool,
  { search, numTrainImages }: Pick<StudySetting, "search" | "numTrainImages">,
): number {
  const [first] = search.selection.rounds;
  const n = architectures.length;
  const trials = architectures.reduce((sum, { macs }) => sum + trialMacs(macs, first!, numTrainImages), 0);
  return n + Math.floor((selection.searchMacs! * n) / trials);
}

async function select(
  pool: Selection["pool"],
  architectures: readonly Architecture[],
  cost: { readonly searchMacs: number; readonly searchS: number },
  { search, seed, figures, numTrainImages, runTrial, report }: StudySetting,
): Promise<Selection> {
  const { rounds, numCandidates, keepFraction } = search.selection;
  const keep = keptCounts(Math.min(numCandidates, architectures.length), keepFraction, rounds.length);
  const total = [architectures.length, ...keep.slice(0, -1)].reduce((sum, count) => sum + count);
  let numDone = 0;
  const done = await successiveHalving(architectures, {
    rounds,
    keep,
    figures,
    seed,
    runTrial,
    onTrial: (trial) => {
      report({ stage: `select ${pool}`, done: ++numDone, total, message: trialText(trial, figures) });
    },
  });
  const trials = done.flatMap((round) => round.trials);
  const macsOf = new Map(architectures.map(({ id, macs }) => [id, macs]));
  return {
    pool,
    rounds: done,
    chosen: done.at(-1)!.kept[0]!,
    ...cost,
    trialsMacs: trials.reduce(
      (sum, { architecture, budget }) => sum + trialMacs(macsOf.get(architecture)!, budget, numTrainImages),
      0,
    ),
    trialsS: trials.reduce((sum, { durationS }) => sum + durationS, 0),
  };
}

function acceptable({ search, sizes }: StudySetting): (genotype: Genotype) => boolean {
  const { macsTolerance } = search.controls;
  return (genotype) => isAtMacs(cellsStudentAtMacs(genotype, sizes), sizes, macsTolerance);
}
