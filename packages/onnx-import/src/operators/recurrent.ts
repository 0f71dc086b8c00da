// SPDX-License-Identifier: Apache-2.0
import {
  add,
  concat,
  linear,
  mul,
  relu,
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
import type { Importer, OperatorTable } from "./operator.ts";

/** Weights of one direction; their rows are those of the gates, in ONNX's order. */
interface Direction {
  readonly width: number;
  /** Maps an input, [batch, inFeatures], for all gates; its bias included. */
  readonly ofInput: (x: Tensor) => Tensor;
  /** Maps a state, [batch, width], for the gates from `start` to `end`, the bias of the state included. */
  readonly ofState: (start: number, end: number) => (state: Tensor) => Tensor;
}

/** What a cell remembers: the state that it gives, and what else it keeps. */
type Memory = readonly [state: Tensor, ...kept: Tensor[]];

/** One step of a recurrent layer: from the mapped input and the memory to the next memory. */
type Cell = (mapped: Tensor, memory: Memory) => Memory;

/** How one recurrent operator computes. */
interface RecurrentForm {
  /** Number of gates whose rows lie in the weights. */
  readonly numGates: number;
  /** Input of the first value of each part of the memory. */
  readonly starts: readonly [state: number, ...kept: number[]];
  /** Activations of each direction where none are named. */
  readonly activations: readonly string[];
  readonly cellOf: (call: NodeCall, direction: Direction, index: number) => Cell;
}

/** `h' = (1 − z) ⊙ n + z ⊙ h` with gates z, r and the candidate n, whose rows lie in this order. */
const gru: RecurrentForm = {
  numGates: 3,
  starts: [5],
  activations: ["sigmoid", "tanh"],
  cellOf(call, { ofState }) {
    const resetsAfter = call.integer("linear_before_reset", 0) === 1;
    const [toGates, toCandidate] = [ofState(0, 2), ofState(2, 3)];
    return (mapped, [state]) => {
      const [zInput, rInput, nInput] = split(mapped, { axis: 1, sizes: 3 }) as [Tensor, Tensor, Tensor];
      const [zState, rState] = split(toGates(state), { axis: 1, sizes: 2 }) as [Tensor, Tensor];
      const [z, r] = [sigmoid(add(zInput, zState)), sigmoid(add(rInput, rState))];
      const nState = resetsAfter ? mul(r, toCandidate(state)) : toCandidate(mul(r, state));
      const n = tanh(add(nInput, nState));
      return [add(n, mul(z, sub(state, n)))];
    };
  },
};

/** `c' = f ⊙ c + i ⊙ g`, `h' = o ⊙ tanh c'`, with the rows of i, o, f and g in this order. */
const lstm: RecurrentForm = {
  numGates: 4,
  starts: [5, 6],
  activations: ["sigmoid", "tanh", "tanh"],
  cellOf(call, { ofState }) {
    if (call.has(7)) throw call.refusal("unsupported-attribute", "no peepholes", "P");
    if (call.integer("input_forget", 0) === 1) {
      throw call.refusal("unsupported-attribute", "input_forget 0", "1");
    }
    const toGates = ofState(0, 4);
    return (mapped, [state, cell]) => {
      const gates = split(add(mapped, toGates(state)), { axis: 1, sizes: 4 });
      const [i, o, f] = gates.slice(0, 3).map((gate) => sigmoid(gate)) as [Tensor, Tensor, Tensor];
      const next = add(mul(f, cell!), mul(i, tanh(gates[3]!)));
      return [mul(o, tanh(next)), next];
    };
  },
};

/** `h' = tanh(W x + R h + b)`, or with Relu in place of tanh. */
const rnn: RecurrentForm = {
  numGates: 1,
  starts: [5],
  activations: ["tanh"],
  cellOf(call, { ofState }, index) {
    const activation = call.texts("activations")[index]?.toLowerCase() === "relu" ? relu : tanh;
    const toGate = ofState(0, 1);
    return (mapped, [state]) => [activation(add(mapped, toGate(state)))];
  },
};

/**
 * A recurrent layer with its steps written out, one or two directions.
 *
 * @returns states [numSteps, directions, batch, width], and each last part of the memory [directions, batch, width]
 */
const recurrent =
  (form: RecurrentForm): Importer =>
  (call) => {
    const x = call.tensor(0); // [numSteps, batch, inFeatures]
    const [numSteps, batch = 1, inFeatures = 1] = x.shape;
    if (typeof numSteps !== "number" || numSteps < 1) {
      throw call.refusal("symbolic-size", "a number of steps", `"${numSteps ?? "none"}"`);
    }
    const isReverse = directionsOf(call);
    checkForm(call, form, isReverse.length);
    const steps = split(x, { axis: 0, sizes: numSteps }).map((step) => reshape(step, [batch, inFeatures]));
    const runs = isReverse.map((isBackward, index) => {
      const ordered = isBackward ? steps.toReversed() : steps;
      const memories = memoriesOf(call, form, ordered, index);
      return { states: isBackward ? memories.toReversed() : memories, last: memories.at(-1)! };
    });
    const width = runs[0]!.last[0].shape[1]!;
    const stack = (parts: readonly Tensor[], lead: readonly Dim[]): Tensor =>
      concat(
        parts.map((part) => reshape(part, [...lead, batch, width])),
        { axis: lead.length - 1 },
      );
    const joined = steps.map((_, step) =>
      stack(
        runs.map(({ states }) => states[step]![0]),
        [1, 1],
      ),
    );
    const lasts = form.starts.map((_, part) =>
      stack(
        runs.map(({ last }) => last[part]!),
        [1],
      ),
    );
    return [concat(joined, { axis: 0 }), ...lasts];
  };

/** The memory after each step of one direction. */
function memoriesOf(
  call: NodeCall,
  form: RecurrentForm,
  steps: readonly Tensor[],
  index: number,
): readonly Memory[] {
  const direction = directionOf(call, form, index);
  const cell = form.cellOf(call, direction, index);
  const mapped = steps.map(direction.ofInput);
  const zeros = zerosLike(slice(mapped[0]!, { axis: 1, start: 0, end: direction.width }));
  const startOf = (input: number): Tensor =>
    call.has(input) ? ofDirection(call.tensor(input), index) : zeros;
  const [state, ...kept] = form.starts;
  const first: Memory = [startOf(state), ...kept.map(startOf)];
  const memories: Memory[] = [];
  for (const step of mapped) memories.push(cell(step, memories.at(-1) ?? first));
  return memories;
}

function directionOf(call: NodeCall, { numGates }: RecurrentForm, index: number): Direction {
  const inputWeight = ofDirection(call.tensor(1), index);
  const stateWeight = ofDirection(call.tensor(2), index);
  const biases = call.has(3) ? split(ofDirection(call.tensor(3), index), { axis: 0, sizes: 2 }) : null;
  const width = stateWeight.shape[1];
  if (typeof width !== "number" || stateWeight.shape[0] !== numGates * width) {
    throw call.refusal("input-shape", `${numGates} gates of one width`, `[${stateWeight.shape.join(", ")}]`);
  }
  return {
    width,
    ofInput: (x) => linear(x, inputWeight, biases && biases[0]!),
    ofState(start, end) {
      const rows = (values: Tensor): Tensor =>
        slice(values, { axis: 0, start: start * width, end: end * width });
      const [weight, bias] = [rows(stateWeight), biases && rows(biases[1]!)];
      return (state) => linear(state, weight, bias);
    },
  };
}

/** What belongs to one direction, the first axis. */
function ofDirection(values: Tensor, direction: number): Tensor {
  return reshape(slice(values, { axis: 0, start: direction, end: direction + 1 }), values.shape.slice(1));
}

/** For each direction whether it runs from the last step to the first. */
function directionsOf(call: NodeCall): readonly boolean[] {
  const direction = call.text("direction", "forward");
  const isReverse = { forward: [false], reverse: [true], bidirectional: [false, true] }[direction];
  if (isReverse !== undefined) return isReverse;
  throw call.refusal("unsupported-attribute", "forward, reverse or bidirectional", direction);
}

function checkForm(call: NodeCall, { activations }: RecurrentForm, numDirections: number): void {
  if (call.has(4)) throw call.refusal("unsupported-attribute", "sequences of one length", "sequence_lens");
  if (call.node.attributes.has("clip")) throw call.refusal("unsupported-attribute", "no clip", "clip");
  if (call.integer("layout", 0) !== 0) throw call.refusal("unsupported-attribute", "layout 0", "1");
  const usual = Array.from({ length: numDirections }, () => activations).flat();
  const isRnn = activations.length === 1;
  const given = call.texts("activations").map((name) => name.toLowerCase());
  const isKnown = given.every((name, index) => name === usual[index] || (isRnn && name === "relu"));
  const isUsual = !call.node.attributes.has("activations") || (given.length === usual.length && isKnown);
  if (isUsual) return;
  throw call.refusal("unsupported-attribute", `activations ${usual.join(", ")}`, given.join(", "));
}

/** Recurrent layers; up to set 6 some of their outputs are asked for by an attribute. */
export const recurrentOperators: OperatorTable = {
  GRU: { since: 7, build: recurrent(gru) },
  LSTM: { since: 7, build: recurrent(lstm) },
  RNN: { since: 7, build: recurrent(rnn) },
};
