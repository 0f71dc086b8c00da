// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "../errors.ts";
import { formatShape } from "../graph/dim.ts";
import { constant } from "../graph/leaves.ts";
import { placeOf } from "../graph/scope.ts";
import type { Tensor } from "../graph/tensor.ts";
import {
  add,
  concat,
  greater,
  linear,
  mul,
  reshape,
  sigmoid,
  split,
  sub,
  tanh,
  where,
  zerosLike,
} from "../ops/index.ts";
import type { Build, Layer } from "./build.ts";
import { uniformInit } from "./init.ts";
import type { Init, Param } from "./param.ts";
import { param } from "./param.ts";

/** Size of {@link Gru}. */
export interface GruOptions {
  /** Numbers in a step of the input. */
  readonly inFeatures: number;
  /** Numbers in the state. */
  readonly width: number;
  /** Start of all parameters; uniform in ±1/√width if left out. */
  readonly init?: Init;
}

/** What a recurrent layer may know besides its input. */
export interface GruSequence {
  /** [batch] int32 or int64, true steps of each item; later ones are padding and leave the state as it is. */
  readonly lengths?: Tensor;
}

/** States of a recurrent layer. */
export interface GruOutput {
  /** [batch, numSteps, width] the state after each step. */
  readonly states: Tensor;
  /** [batch, width] the state when all steps are read. */
  readonly last: Tensor;
}

/** From which end a {@link Gru} reads a sequence. */
export type GruDirection = "forward" | "backward";

/**
 * Gated recurrent unit over the steps of a sequence, `[batch, numSteps, inFeatures]`, from a zero state:
 *
 *     r  = σ(W_ir x + b_ir + W_hr h + b_hr)
 *     z  = σ(W_iz x + b_iz + W_hz h + b_hz)
 *     n  = tanh(W_in x + b_in + r ⊙ (W_hn h + b_hn))
 *     h' = (1 − z) ⊙ n + z ⊙ h
 *
 * Weights hold the rows of r, z and n, in this order. The steps are written out, so their number must be known when
 * the graph is built; the inputs of all steps are mapped by one product.
 *
 * @throws ShapeError `sequence` unless the input has three axes and a known number of steps
 * @source Cho et al. 2014, with the reset gate of PyTorch and cuDNN (after the product)
 * @differs from PyTorch's packed sequences: states of padded steps repeat the last true one instead of zeros.
 */
export class Gru implements Layer<[x: Tensor, sequence?: GruSequence], GruOutput> {
  readonly inputWeight: Param; // [3 width, inFeatures]
  readonly stateWeight: Param; // [3 width, width]
  readonly inputBias: Param; // [3 width]
  readonly stateBias: Param; // [3 width]
  private readonly direction: GruDirection;

  constructor(options: GruOptions, direction: GruDirection = "forward") {
    const { inFeatures, width, init = uniformInit(1 / Math.sqrt(width)) } = options;
    this.inputWeight = param([3 * width, inFeatures], init);
    this.stateWeight = param([3 * width, width], init);
    this.inputBias = param([3 * width], init);
    this.stateBias = param([3 * width], init);
    this.direction = direction;
  }

  /**
   * @param x - [batch, numSteps, inFeatures]
   * @returns states [batch, numSteps, width] and last [batch, width]
   */
  forward(_build: Build, x: Tensor, { lengths }: GruSequence = {}): GruOutput {
    const numSteps = numStepsOf(x);
    const projected = linear(x, this.inputWeight.value, this.inputBias.value);
    const inputs = split(projected, { axis: 1, sizes: numSteps }).map((step) => withoutStepAxis(step));
    const steps = inputs.map((_, step) => step);
    const states: Tensor[] = [];
    let state = zerosLike(gatesOf(inputs[0]!)[1]);
    for (const step of this.direction === "forward" ? steps : steps.reverse()) {
      const next = this.advance(inputs[step]!, state);
      state = lengths ? where(isWithin(lengths, step), next, state) : next;
      states[step] = state;
    }
    const [batch = 1, width = 1] = state.shape;
    const columns = states.map((each) => reshape(each, [batch, 1, width]));
    return { states: concat(columns, { axis: 1 }), last: state };
  }

  /** The next state from a step's mapped input, [batch, 3 width], and the state, [batch, width]. */
  private advance(input: Tensor, state: Tensor): Tensor {
    const [inputGates, inputNew] = gatesOf(input);
    const [stateGates, stateNew] = gatesOf(linear(state, this.stateWeight.value, this.stateBias.value));
    const [reset, update] = split(sigmoid(add(inputGates, stateGates)), { axis: 1, sizes: 2 });
    const candidate = tanh(add(inputNew, mul(reset!, stateNew)));
    return add(candidate, mul(update!, sub(state, candidate)));
  }
}

/**
 * Two {@link Gru} over the same input, one from either end; states and last states are joined, `2 width` numbers with
 * those of the forward direction first. With lengths the backward direction starts at each item's last true step.
 */
export class BidirectionalGru implements Layer<[x: Tensor, sequence?: GruSequence], GruOutput> {
  readonly ahead: Gru;
  readonly back: Gru;

  constructor(options: GruOptions) {
    this.ahead = new Gru(options);
    this.back = new Gru(options, "backward");
  }

  /**
   * @param x - [batch, numSteps, inFeatures]
   * @returns states [batch, numSteps, 2 width] and last [batch, 2 width]
   */
  forward(build: Build, x: Tensor, sequence: GruSequence = {}): GruOutput {
    const ahead = build.apply(this.ahead, x, sequence);
    const back = build.apply(this.back, x, sequence);
    return {
      states: concat([ahead.states, back.states], { axis: 2 }),
      last: concat([ahead.last, back.last], { axis: 1 }),
    };
  }
}

function numStepsOf({ shape }: Tensor): number {
  const [, numSteps] = shape;
  if (shape.length === 3 && typeof numSteps === "number") return numSteps;
  throw new ShapeError({
    code: "sequence",
    where: placeOf("Gru"),
    expected: "[batch, numSteps, inFeatures] with a number of steps known when the graph is built",
    actual: formatShape(shape),
  });
}

function withoutStepAxis(x: Tensor): Tensor {
  return reshape(x, [x.shape[0]!, x.shape[2]!]);
}

/** The parts of [batch, 3 width]: [batch, 2 width] for r and z, [batch, width] for n. */
function gatesOf(x: Tensor): [gates: Tensor, candidate: Tensor] {
  const width = Number(x.shape[1]) / 3;
  const [gates, candidate] = split(x, { axis: 1, sizes: [2 * width, width] });
  return [gates!, candidate!];
}

/** [batch, 1] whether a step is one of the true ones. */
function isWithin(lengths: Tensor, step: number): Tensor {
  return greater(reshape(lengths, [lengths.shape[0]!, 1]), constant(step, [], lengths.dtype));
}
