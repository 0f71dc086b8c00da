// SPDX-License-Identifier: Apache-2.0
import { cellPlans } from "../../cells/cell-plan.ts";
import { spaceCost } from "../../cells/cost.ts";
import type { PrimitiveSet } from "../../cells/primitive-sets.ts";
import type { EncoderShape } from "../../student/student-encoder.ts";
import { searchPhases } from "../bilevel/schedule.ts";
import type { ProposalConfig } from "../search-config.ts";
import type { SearchEpoch, SearchTrace, TrialBudget } from "../search-results.ts";
import { activeChannels } from "../supernet/partial-channels.ts";

// A pass forward and back costs three passes forward: values, gradients of the inputs, gradients of the weights.
const TRAINING = 3;

/**
 * Passes forward and back of one step of a search: in the warm-up that of the weights; then that of alpha beside it;
 * in the second order also the step ahead and both sides of the difference quotient.
 */
const PASSES = { warmup: 1, first: 2, unrolled: 5 } as const;

/**
 * Multiply-accumulates of one differentiable search: `Σ_phases steps · batch · passes · 3 · MACs of the supernet`. One-shot
 * measurements are not counted, since no proposal depends on them.
 *
 * A search is as dear on a slow machine as on a fast one, so that what is compared at equal cost is the same everywhere.
 */
export function searchMacs(
  { config, epochs }: Pick<SearchTrace, "config" | "epochs">,
  primitives: PrimitiveSet,
  shape: EncoderShape,
): number {
  const imagesPerEpoch = config.batchSize * Math.max(1, Math.floor(config.numTrainImages / config.batchSize));
  return searchPhases(config).reduce((total, { name, from, to }) => {
    const passes = name === "warmup" ? PASSES.warmup : PASSES[config.order];
    const kept = name === "pruned" ? epochs[from]!.strengths : null;
    const forward = supernetMacs(config, primitives, shape, kept);
    return total + (to - from) * imagesPerEpoch * passes * TRAINING * forward;
  }, 0);
}

/**
 * Multiply-accumulates of one image through a supernet, in closed form: stem, head, inputs of all cells, and on every
 * edge all primitives that are left.
 *
 * @param strengths - 0 for primitives that were pruned; null before that
 */
export function supernetMacs(
  { channels, numCells, numCellNodes, stemStride, partialChannels }: ProposalConfig,
  primitives: PrimitiveSet,
  { imageShape: [inChannels, imageHeight, imageWidth], embedDim }: EncoderShape,
  strengths: SearchEpoch["strengths"] | null,
): number {
  const head = { embedDim };
  const sizes = { inChannels, numCells, numCellNodes, channels, stemStride, head, imageHeight, imageWidth };
  const active = cellPlans(sizes).map((plan) => activeChannels(plan.channels, partialChannels));
  const { ends, cells } = spaceCost(sizes, primitives, active);
  return cells.reduce((total, { isReduction, inputs, edges }) => {
    const rows = strengths?.[isReduction ? "reduce" : "normal"];
    const left = edges.flatMap((row, edge) => row.filter((_, column) => rows?.[edge]![column] !== 0));
    return total + inputs.macs + left.reduce((sum, { macs }) => sum + macs, 0);
  }, ends.macs);
}

/**
 * Multiply-accumulates of a stage-1 run: `epochs · images · 3 · MACs of the student`.
 *
 * @param macs - of one image through the student
 * @param numTrainImages - images that there are: a run asks for no more
 */
export function trialMacs(macs: number, { numImages, epochs }: TrialBudget, numTrainImages: number): number {
  return epochs * Math.min(numImages, numTrainImages) * TRAINING * macs;
}
