// SPDX-License-Identifier: Apache-2.0
import type { AnyOpCases } from "../testing/op-cases.ts";
import { absoluteCases, clipCases, extremumCases } from "./piecewise.cases.ts";
import { arithmeticCases } from "./arithmetic.cases.ts";
import { channelCombinationCases, channelMomentsCases } from "./batch-norm/channel-moments.cases.ts";
import { normalizeBatchCases } from "./batch-norm/normalize-batch.cases.ts";
import { normalizeChannelsCases } from "./batch-norm/normalize-channels.cases.ts";
import { borderPadCases } from "./border-pad.cases.ts";
import { castCases } from "./cast.cases.ts";
import { compareCases, whereCases } from "./compare.cases.ts";
import { joiningCases } from "./concat.cases.ts";
import { conv2dCases } from "./conv/conv2d.cases.ts";
import { conv2dInputGradientCases } from "./conv/input-gradient.cases.ts";
import { conv2dWeightGradientCases } from "./conv/weight-gradient.cases.ts";
import { cumulativeSumCases } from "./cumulative-sum.cases.ts";
import { expandCases } from "./expand.cases.ts";
import { exponentialCases, powerCases, trigonometricCases } from "./elementary.cases.ts";
import { indexingCases } from "./gather.cases.ts";
import { geluCases, reluCases, sigmoidCases } from "./activations.cases.ts";
import { layerNormCases } from "./normalization.cases.ts";
import { linearCases } from "./linear.cases.ts";
import { matmulCases } from "./matmul.cases.ts";
import { avgPool2dCases, avgPool2dGradientCases } from "./pool/average-pool.cases.ts";
import { maxPool2dCases, maxPool2dGradientCases, maxPool2dSelectCases } from "./pool/max-pool.cases.ts";
import { reduceCases, sizeOfCases } from "./reduce.cases.ts";
import { reshapeCases, transposeCases } from "./layout.cases.ts";
import { resizeCases } from "./resize.cases.ts";
import { slicingCases } from "./slice.cases.ts";
import { softmaxCases } from "./softmax.cases.ts";
import { sortCases } from "./sort.cases.ts";
import { labelRangeCases } from "./label-range.cases.ts";
import { stopGradientCases } from "./stop-gradient.cases.ts";
import { takeAlongAxisCases } from "./take-along-axis.cases.ts";

/**
 * Cases of every operator of the engine: what the runner tests, and the references of the float64 interpreter. A new
 * operator is one file with its line in `index.ts`, and its cases beside it with their line here.
 */
export const opCasesList: readonly AnyOpCases[] = [
  // Elementwise
  ...absoluteCases,
  ...arithmeticCases,
  castCases,
  clipCases,
  ...compareCases,
  ...exponentialCases,
  ...extremumCases,
  ...geluCases,
  ...powerCases,
  reluCases,
  ...sigmoidCases,
  labelRangeCases,
  stopGradientCases,
  ...trigonometricCases,
  whereCases,
  // Shape and indexing
  borderPadCases,
  ...joiningCases,
  expandCases,
  ...indexingCases,
  reshapeCases,
  sizeOfCases,
  ...slicingCases,
  sortCases,
  ...takeAlongAxisCases,
  transposeCases,
  // Reductions, products and normalisation along axes
  cumulativeSumCases,
  layerNormCases,
  linearCases,
  matmulCases,
  ...reduceCases,
  ...softmaxCases,
  // Convolution, pooling and batch normalisation
  avgPool2dCases,
  avgPool2dGradientCases,
  channelCombinationCases,
  channelMomentsCases,
  conv2dCases,
  conv2dInputGradientCases,
  conv2dWeightGradientCases,
  maxPool2dCases,
  maxPool2dGradientCases,
  maxPool2dSelectCases,
  normalizeBatchCases,
  normalizeChannelsCases,
  resizeCases,
];
