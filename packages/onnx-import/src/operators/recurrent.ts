// SPDX-License-Identifier: Apache-2.0
import {
  add,
  concat,
  linear,
  mul,
  reshape,
  sigmoid,
  slice,
  split,
  sub,
  tanh,
  zerosLike,
} from "@semlink/engine";
import type { Dim, Tensor } from "@semlink/engine";
import type { NodeCall } from "../node-call.ts";
import type { ImporterTable } from "./operator.ts";

/** One direction; rows of its weights are those of z, r and n, in this order. */
interface GruDirection {
  readonly inputWeight: Tensor; // [3 width, inFeatures]
  readonly inputBias: Tensor | null; // [3 width]
  /** Part of z and r from the state, [batch, 2 width]. */
  readonly gates: (state: Tensor) => Tensor;
  /** Part of n from the state, [batch, width]. */
  readonly candidate: (state: Tensor) => Tensor;
  /** Whether the reset gate acts on the mapped state, else on the state. */
  readonly resetsAfter: boolean;
}

/**
 * Gated recurrent units, one for each direction, with their steps written out:
 * `h' = (1 − z) ⊙ n + z ⊙ h` with gates `z`, `r` and the candidate `n`.
 *
 * @returns states [numSteps, directions, batch, width] and last states [directions, batch, width]
 */
function importGru(call: NodeCall): readonly Tensor[] {
  const x = call.tensor(0); // [numSteps, batch, inFeatures]
  const [numSteps, batch = 1, inFeatures = 1] = x.shape;
  if (typeof numSteps !== "number") throw call.refusal("symbolic-size", "a number of steps", `"${numSteps}"`);
  checkForm(call);
  const steps = split(x, { axis: 0, sizes: numSteps }).map((step) => reshape(step, [batch, inFeatures]));
  const direction = call.text("direction", "forward");
  const isReverse = direction === "bidirectional" ? [false, true] : [direction === "reverse"];
  const runs = isReverse.map((isBackward, index) => {
    const ordered = isBackward ? steps.toReversed() : steps;
    const start = call.has(5) ? ofDirection(call.tensor(5), index) : null;
    const states = statesOf(ordered, directionOf(call, index), start);
    return { states: isBackward ? states.toReversed() : states, last: states.at(-1)! };
  });
  const [, width = 1] = runs[0]!.last.shape;
  const stack = (states: readonly Tensor[], lead: readonly Dim[]): Tensor =>
    concat(
      states.map((state) => reshape(state, [...lead, batch, width])),
      { axis: lead.length - 1 },
    );
  const joined = steps.map((_, step) =>
    stack(
      runs.map(({ states }) => states[step]!),
      [1, 1],
    ),
  );
  return [
    concat(joined, { axis: 0 }),
    stack(
      runs.map(({ last }) => last),
      [1],
    ),
  ];
}

/** The state after each step. */
function statesOf(
  steps: readonly Tensor[],
  { inputWeight, inputBias, gates, candidate, resetsAfter }: GruDirection,
  start: Tensor | null,
): readonly Tensor[] {
  const states: Tensor[] = [];
  for (const step of steps) {
    const [zInput, rInput, nInput] = split(linear(step, inputWeight, inputBias), { axis: 1, sizes: 3 });
    const state = states.at(-1) ?? start ?? zerosLike(nInput!);
    const [zState, rState] = split(gates(state), { axis: 1, sizes: 2 });
    const [z, r] = [sigmoid(add(zInput!, zState!)), sigmoid(add(rInput!, rState!))];
    const n = tanh(add(nInput!, resetsAfter ? mul(r, candidate(state)) : candidate(mul(r, state))));
    states.push(add(n, mul(z, sub(state, n))));
  }
  return states;
}

function directionOf(call: NodeCall, direction: number): GruDirection {
  const stateWeight = ofDirection(call.tensor(2), direction);
  const biases = call.has(3) ? split(ofDirection(call.tensor(3), direction), { axis: 0, sizes: 2 }) : null;
  const width = stateWeight.shape[1] as number;
  const mapBy = (start: number, end: number): ((state: Tensor) => Tensor) => {
    const rows = (values: Tensor): Tensor => slice(values, { axis: 0, start, end });
    const [weight, bias] = [rows(stateWeight), biases && rows(biases[1]!)];
    return (state) => linear(state, weight, bias);
  };
  return {
    inputWeight: ofDirection(call.tensor(1), direction),
    inputBias: biases && biases[0]!,
    gates: mapBy(0, 2 * width),
    candidate: mapBy(2 * width, 3 * width),
    resetsAfter: call.integer("linear_before_reset", 0) === 1,
  };
}

/** What belongs to one direction, the first axis. */
function ofDirection(values: Tensor, direction: number): Tensor {
  return reshape(slice(values, { axis: 0, start: direction, end: direction + 1 }), values.shape.slice(1));
}

function checkForm(call: NodeCall): void {
  if (call.has(4)) throw call.refusal("unsupported-attribute", "sequences of one length", "sequence_lens");
  for (const name of ["activations", "clip"]) {
    if (call.node.attributes.has(name)) throw call.refusal("unsupported-attribute", `no ${name}`, name);
  }
  if (call.integer("layout", 0) !== 0) throw call.refusal("unsupported-attribute", "layout 0", "1");
}

/** Recurrent layers. */
export const gruImporters: ImporterTable = { GRU: importGru };
