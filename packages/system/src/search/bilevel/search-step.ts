// SPDX-License-Identifier: Apache-2.0
import type { Objective, Optimizer, Param, Tensor } from "@semlink/engine";
import {
  adam,
  add,
  Build,
  div,
  gradients,
  input,
  mul,
  paramsOf,
  partitioned,
  rewriteGraph,
  sgd,
  square,
  stopGradient,
  substitute,
  sum,
} from "@semlink/engine";
import type { PrimitiveSet } from "../../cells/primitive-sets.ts";
import type { Cost } from "../../cells/primitives/primitive.ts";
import { firstOrderGradient, normOf, unrolledGradient, withGradients } from "./alpha-gradient.ts";
import { complexityPenalty, entropyPenalty, expectedCost } from "./expected-cost.ts";
import type { OwnCourse } from "./schedule.ts";
import { onOwnCourse } from "./schedule.ts";
import type { SearchProblem, TaskBatch, TaskOutputs } from "./search-loss.ts";
import { lowerLoss, replacedInputs, searchLoss, taskBatch, upperLoss } from "./search-loss.ts";
import type { ProposalConfig } from "../search-config.ts";
import type { SearchNetwork } from "../supernet/search-network.ts";
import { studentSizes } from "../supernet/search-network.ts";

/** Names of the inputs of the validation half begin with this. */
export const VALIDATION = "validation:";

/** What both kinds of search step are built from. */
export interface SearchStepOptions {
  readonly network: SearchNetwork;
  readonly problem: SearchProblem;
  readonly config: ProposalConfig;
  readonly primitives: PrimitiveSet;
  /** Learning rate and first step of alpha and beta. */
  readonly alphaCourse: OwnCourse;
  /** Costs of which the penalty is 0. */
  readonly reference: Cost;
}

/** What a step of the search minimises, and by which rule. */
export interface SearchStep {
  readonly objective: () => Objective;
  readonly optimizer: Optimizer;
  readonly isTrained: (param: Param) => boolean;
  readonly clipNorm: number;
}

/**
 * A step of the weights alone, for the warm-up. Beside the batch it reads `auxiliarySkip`, where that is on.
 */
export function weightsStep(options: SearchStepOptions): SearchStep {
  const { problem, config } = options;
  return {
    objective: () => {
      const batch = taskBatch(problem);
      const loss = searchLoss(problem.task, outputsOn(options, batch), batch, lowerLoss(config));
      return { loss, metrics: { lowerLoss: loss } };
    },
    optimizer: sgd(config.weights),
    isTrained: isWeight(options),
    clipNorm: config.weights.clipNorm,
  };
}

/**
 * A step of both levels as one graph: the weights follow the loss on the training batch, alpha and beta that on the
 * validation batch with the price of the architecture,
 * `L_val + complexityWeight · ln(E[C] / C_ref) + entropyWeight · H + weightDecay / 2 ‖alpha‖²`.
 *
 * Beside both batches it reads `complexityWeight`, `entropyWeight`, `auxiliarySkip` where that is on, and
 * `unrolledStep` in the second order.
 *
 * @source Liu et al. 2019 (DARTS), arXiv 1806.09055, algorithm 1
 * @differs both levels step from the same point; gradients of both are clipped together, which Adam does not notice
 */
export function bilevelStep(options: SearchStepOptions): SearchStep {
  const { network, config, alphaCourse } = options;
  const { alpha, weights } = config;
  const architecture = new Set<unknown>(network.supernet.architectureParams());
  return {
    objective: () => bilevelObjective(options),
    optimizer: partitioned([
      {
        matches: (param) => architecture.has(param),
        optimizer: onOwnCourse(adam({ beta1: alpha.beta1 }), alphaCourse),
      },
      { matches: () => true, optimizer: sgd(weights) },
    ]),
    isTrained: (param) => architecture.has(param) || isWeight(options)(param),
    clipNorm: weights.clipNorm,
  };
}

function bilevelObjective(options: SearchStepOptions): Objective {
  const { network, problem: of, config } = options;
  const [batch, validation] = [taskBatch(of), taskBatch(of, VALIDATION)];
  const outputs = outputsOn(options, batch);
  const lower = searchLoss(of.task, outputs, batch, lowerLoss(config));
  const upperOnBatch = searchLoss(of.task, outputs, batch, upperLoss(config));
  const [upper] = substitute([upperOnBatch], replacedInputs(batch, validation));

  const params = network.supernet.architectureParams();
  const architecture = params.map(({ value }) => value);
  const weights = paramsOf(network).filter((param) => param.trainable && isWeight(options)(param));
  const problem = { lower, upper: upper!, architecture, weights: weights.map(({ value }) => value) };
  const taskSlopes =
    config.order === "first"
      ? firstOrderGradient(problem)
      : unrolledGradient(problem, {
          stepSize: input("unrolledStep", []),
          weightDecay: config.weights.weightDecay,
        });
  const price = priceOf(options, architecture, normOf(taskSlopes));

  const fixed = new Map(architecture.map((leaf) => [leaf, stopGradient(leaf)]));
  const [ofWeights] = substitute([lower], fixed);
  const ofArchitecture = add(withGradients(upper!, architecture, taskSlopes), price.loss);
  return {
    loss: add(ofWeights!, ofArchitecture),
    metrics: {
      lowerLoss: lower,
      taskGradient: normOf(taskSlopes),
      penaltyGradient: price.gradientNorm,
    },
  };
}

/** What alpha pays beside the task, and the norm of the penalty's gradient, [] each. */
function priceOf(
  { network, problem: { shape }, config, primitives, reference }: SearchStepOptions,
  architecture: readonly Tensor[],
  taskNorm: Tensor,
): { readonly loss: Tensor; readonly gradientNorm: Tensor } {
  const { measure, normalization } = config.complexity;
  const tables = network.supernet.tables();
  const expected = expectedCost(tables, studentSizes(shape, config), primitives);
  const penalty = complexityPenalty(expected, reference, measure);
  const penaltyNorm = normOf(gradients(penalty, architecture));
  const weight = input("complexityWeight", []);
  const factor =
    normalization === "none" ? weight : stopGradient(mul(weight, div(taskNorm, add(penaltyNorm, TINY))));
  const entropy = mul(entropyPenalty(tables), input("entropyWeight", []));
  const squares = architecture.map((leaf) => sum(square(leaf))).reduce((total, part) => add(total, part));
  const decay = mul(squares, config.alpha.weightDecay / 2);
  return {
    loss: add(add(mul(penalty, factor), entropy), decay),
    gradientNorm: mul(penaltyNorm, factor),
  };
}

const TINY = 1e-12;

/**
 * The whole supernet on a batch, with batch statistics; running ones are not kept, as nothing reads them. Rewritten
 * before gradients of either level are taken: the edges from one input of a cell are computed side by side.
 */
function outputsOn({ network, config }: SearchStepOptions, { images }: TaskBatch): TaskOutputs {
  const build = new Build(network, { training: true });
  const controls = config.auxiliarySkip ? { auxiliarySkip: input("auxiliarySkip", []) } : {};
  const embedding = build.apply(network.supernet, images, controls);
  const [rewrittenEmbedding, answer] = rewriteGraph([
    embedding,
    build.apply(network.head, embedding),
  ]).outputs;
  return { embedding: rewrittenEmbedding!, answer: answer! };
}

/** Everything but the architecture's parameters, and but the teacher's map where that is reused as the head. */
function isWeight({ network, problem }: SearchStepOptions): (param: Param) => boolean {
  const { supernet, head } = network;
  const others = new Set([...supernet.architectureParams(), ...(problem.teacher?.map ? paramsOf(head) : [])]);
  return (param) => !others.has(param);
}
