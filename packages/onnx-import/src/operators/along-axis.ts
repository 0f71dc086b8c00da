// SPDX-License-Identifier: Apache-2.0
import {
  cumulativeSum,
  greater,
  onesLike,
  reshape,
  scatterAdd,
  slice,
  takeAlongAxis,
  topK,
  where,
  zerosLike,
} from "@semlink/engine";
import type { Tensor } from "@semlink/engine";
import type { NodeCall } from "../node-call.ts";
import { axisOf } from "./axes.ts";
import type { Importer, OperatorTable } from "./operator.ts";

/** Values in order, also where the order does not matter, and their places. */
function importTopK(call: NodeCall): readonly Tensor[] {
  const x = call.tensor(0);
  const { values, indices } = topK(x, {
    count: call.has(1) ? call.number(1) : call.integer("k", 1),
    axis: call.integer("axis", -1),
    largest: call.integer("largest", 1) === 1,
  });
  return [values, indices];
}

/** Where the largest or smallest element of each line is, the first of equal ones. */
const extremeIndex =
  (largest: boolean): Importer =>
  (call) => {
    if (call.integer("select_last_index", 0) === 1) {
      throw call.refusal("unsupported-attribute", "select_last_index 0", "1");
    }
    const x = call.tensor(0);
    const axis = axisOf(call, x.shape.length, 0);
    const { indices } = topK(x, { count: 1, axis, largest });
    return call.integer("keepdims", 1) === 1 ? indices : reshape(indices, x.shape.toSpliced(axis, 1));
  };

function importCumSum(call: NodeCall): Tensor {
  return cumulativeSum(call.tensor(0), {
    axis: call.number(1),
    exclusive: call.integer("exclusive", 0) === 1,
    reverse: call.integer("reverse", 0) === 1,
  });
}

/** Indices may stop before the end of another axis; the engine's reach over all of it. */
function importGatherElements(call: NodeCall): Tensor {
  const [x, indices] = [call.tensor(0), call.tensor(1)];
  const axis = axisOf(call, x.shape.length, 0);
  const reached = indices.shape.reduce<Tensor>((part, size, other) => {
    if (other === axis || size === x.shape[other] || typeof size !== "number") return part;
    return slice(part, { axis: other, end: size });
  }, x);
  return takeAlongAxis(reached, indices, { axis });
}

/** Updates added, or put in the place of what is there; each place is written once then. */
function importScatterElements(call: NodeCall): Tensor {
  const [x, indices, updates] = [call.tensor(0), call.tensor(1), call.tensor(2)];
  const axis = axisOf(call, x.shape.length, 0);
  const reduction = call.text("reduction", "none");
  if (reduction === "add") return scatterAdd(x, indices, updates, { axis });
  if (reduction !== "none") throw call.refusal("unsupported-attribute", "reduction none or add", reduction);
  const nothing = zerosLike(x);
  const isWritten = greater(scatterAdd(nothing, indices, onesLike(updates), { axis }), 0);
  return where(isWritten, scatterAdd(nothing, indices, updates, { axis }), x);
}

/** Operators that go along one axis and treat each line of it alike. */
export const alongAxisOperators: OperatorTable = {
  TopK: { since: 1, build: importTopK },
  ArgMax: { since: 1, build: extremeIndex(true) },
  ArgMin: { since: 1, build: extremeIndex(false) },
  CumSum: { since: 11, build: importCumSum },
  GatherElements: { since: 11, build: importGatherElements },
  ScatterElements: { since: 11, build: importScatterElements },
};
