// SPDX-License-Identifier: Apache-2.0
import {
  abs,
  add,
  cast,
  clip,
  constant,
  div,
  equal,
  formatShape,
  greater,
  mul,
  reshape,
  sign,
  straightThrough,
  sub,
  where,
  within,
} from "@semlink/engine";
import type { Dim, Operand, Tensor } from "@semlink/engine";
import { TensorProto_DataType } from "onnx-buf";
import { valuesReadBy } from "../model-graph.ts";
import type { ModelGraph } from "../model-graph.ts";
import { NodeCall } from "../node-call.ts";
import { elementOf, known, tabulateKnown } from "../values.ts";
import type { KnownValue } from "../values.ts";
import { axisOf } from "./axes.ts";
import type { FolderTable, OperatorTable } from "./operator.ts";

// Quantised values are whole floats here: the engine's graphs have no small integers.

/** Smallest and largest value of the element types that a QuantizeLinear may make. */
const RANGES: Readonly<Record<number, readonly [min: number, max: number]>> = {
  [TensorProto_DataType.UINT8]: [0, 255],
  [TensorProto_DataType.INT8]: [-128, 127],
  [TensorProto_DataType.UINT16]: [0, 65535],
  [TensorProto_DataType.INT16]: [-32768, 32767],
};

/** Scale and zero point of a node: numbers, or vectors that belong to one axis. */
interface Steps {
  readonly scale: KnownValue;
  readonly zero: KnownValue;
  /** The axis that vectors belong to. */
  readonly axis: number;
}

function stepsOf(call: NodeCall, rank: number): Steps {
  if (call.integer("block_size", 0) !== 0) {
    throw call.refusal("unsupported-attribute", "scales of tensors or of channels", "scales of blocks");
  }
  const scale = call.known(1);
  const zero = call.has(2) ? call.known(2) : known("int32", [], [0]);
  const isVector = scale.elements.length > 1 || zero.elements.length > 1;
  const steps = { scale, zero, axis: isVector ? axisOf(call, rank, 1) : 0 };
  const isFit = ({ shape, elements }: KnownValue): boolean => shape.length <= 1 && elements.length > 0;
  if (isFit(scale) && isFit(zero)) return steps;
  throw call.refusal(
    "unsupported-attribute",
    "one scale or a vector of scales, and zero points likewise",
    `${formatShape(scale.shape)} and ${formatShape(zero.shape)}`,
  );
}

/** The entry of a number or of a vector at a place of the tensor. */
function entryAt(value: KnownValue, axis: number, index: readonly number[]): number {
  const place = value.elements.length === 1 ? 0 : index[axis]!;
  return value.elements[place] as number;
}

/** A number, or a vector along its axis, as a tensor that broadcasts. */
function alongAxis({ shape, elements }: KnownValue, axis: number, rank: number): Tensor {
  const values = constant(Array.from(elements, Number), shape);
  const size: Dim = elements.length;
  if (size === 1) return reshape(values, []);
  return reshape(values, [size, ...new Array<number>(rank - 1 - axis).fill(1)]);
}

/** `x = (q − zero) scale` */
function importDequantize(call: NodeCall): Tensor {
  const q = cast(call.tensor(0), "float32");
  const rank = q.shape.length;
  const { scale, zero, axis } = stepsOf(call, rank);
  return mul(sub(q, alongAxis(zero, axis, rank)), alongAxis(scale, axis, rank));
}

/** `q = clip(round(x / scale) + zero)`, halves to even; its gradient is that of the same without rounding. */
function importQuantize(call: NodeCall): Tensor {
  const x = call.tensor(0);
  const rank = x.shape.length;
  const { scale, zero, axis } = stepsOf(call, rank);
  const [min, max] = rangeOf(call, zero);
  const exact = div(x, alongAxis(scale, axis, rank));
  const bounded = clip(exact, { min: min - max, max: max - min }); // whole numbers beyond int64 have no cast
  const rounded = straightThrough(roundHalfEven(bounded), bounded);
  return clip(add(rounded, alongAxis(zero, axis, rank)), { min, max });
}

/** The nearest whole number, of two the even one. */
function roundHalfEven(x: Tensor): Tensor {
  const towardsZero = (value: Tensor): Tensor => cast(cast(value, "int64"), "float32");
  const whole = towardsZero(x);
  const rest = abs(sub(x, whole));
  const half = mul(whole, 0.5);
  const isEven = equal(half, towardsZero(half));
  const limit = where(isEven, 0.5, 0.25); // the rest of a half is 0.5, and only an odd number leaves it
  const steps = where(equal(rest, 0.5), greaterAsFloat(rest, limit), greaterAsFloat(rest, 0.5));
  return add(whole, mul(sign(x), steps));
}

const greaterAsFloat = (a: Tensor, b: Operand): Tensor => cast(greater(a, b), "float32");

function rangeOf(call: NodeCall, zero: KnownValue): readonly [min: number, max: number] {
  // The element type of the zero point, which the engine reads as int32, decides; the attribute where there is none.
  const code = zero.elementType ?? (call.integer("output_dtype", 0) || TensorProto_DataType.UINT8);
  const range = RANGES[code];
  if (range !== undefined) return range;
  throw call.refusal("unsupported-attribute", "integers of 8 or 16 bits", `element type ${code}`);
}

function foldDequantize(call: NodeCall): KnownValue {
  const value = call.known(0);
  const { scale, zero, axis } = stepsOf(call, value.shape.length);
  return tabulateKnown("float32", value.shape, (index) =>
    Math.fround(
      ((elementOf(value, index) as number) - entryAt(zero, axis, index)) * entryAt(scale, axis, index),
    ),
  );
}

function foldQuantize(call: NodeCall): KnownValue {
  const value = call.known(0);
  const { scale, zero, axis } = stepsOf(call, value.shape.length);
  const [min, max] = rangeOf(call, zero);
  return tabulateKnown("int32", value.shape, (index) => {
    const exact = Math.fround((elementOf(value, index) as number) / entryAt(scale, axis, index));
    const floor = Math.floor(exact);
    const rest = exact - floor;
    const isUp = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0);
    return Math.min(max, Math.max(min, (isUp ? floor + 1 : floor) + entryAt(zero, axis, index)));
  });
}

/** Integers of few bits for reals, and back. */
export const quantizationOperators: OperatorTable = {
  QuantizeLinear: { since: 10, build: importQuantize, settings: [1, 2] },
  DequantizeLinear: { since: 10, build: importDequantize, settings: [1, 2] },
};

/** The same for values that are known while the graph is built. */
export const quantizationFolders: FolderTable = {
  QuantizeLinear: foldQuantize,
  DequantizeLinear: foldDequantize,
};

/** The graph with weights in place of quantised ones: nodes that dequantise stored tensors become stored tensors. */
export function withFoldedQuantization(graph: ModelGraph): ModelGraph {
  const stored = new Map(graph.stored);
  const nodes = graph.nodes.filter((node) => {
    const fold = quantizationFolders[node.type];
    const values = node.inputs.map((name) => (name === "" ? null : (stored.get(name) ?? undefined)));
    if (fold === undefined || values.includes(undefined)) return true;
    const call = new NodeCall(node, values as (KnownValue | null)[], { opset: graph.opset, sources: [] });
    const value = within(node.name, () => fold(call));
    const isFloat = value.dtype === "float32";
    const elements = isFloat ? Float32Array.from(value.elements, Number) : value.elements;
    stored.set(node.outputs[0]!, { ...value, elements });
    return false;
  });
  if (nodes.length === graph.nodes.length) return graph;
  const read = new Set([...graph.outputs, ...nodes.flatMap(valuesReadBy)]);
  return { ...graph, nodes, stored: new Map([...stored].filter(([name]) => read.has(name))) };
}
