// SPDX-License-Identifier: Apache-2.0
import { add, einsum, linear, matmul, mul, reshape } from "@semlink/engine";
import type { Tensor } from "@semlink/engine";
import type { NodeCall } from "../node-call.ts";
import type { OperatorTable } from "./operator.ts";

/** `y = alpha · a b + beta · c`, with `a` and `b` transposed on demand; a linear layer where it is one. */
function importGemm(call: NodeCall): Tensor {
  const [a, b, c] = [call.tensor(0), call.tensor(1), call.optionalTensor(2)];
  const [alpha, beta] = [call.float("alpha", 1), call.float("beta", 1)];
  const [transA, transB] = [call.integer("transA", 0) === 1, call.integer("transB", 0) === 1];
  const isRow = c === null || (c.shape.length === 1 && c.shape[0] === b.shape[0]);
  if (!transA && transB && alpha === 1 && beta === 1 && isRow) return linear(a, b, c);
  const product = matmul(a, b, { transA, transB });
  const scaled = alpha === 1 ? product : mul(product, alpha);
  return c === null ? scaled : add(scaled, beta === 1 ? c : mul(c, beta));
}

/** Matrix product as NumPy has it: a vector on the left is a row, on the right a column, and its axis goes again. */
function importMatMul(call: NodeCall): Tensor {
  const [a, b] = [call.tensor(0), call.tensor(1)];
  const [isRow, isColumn] = [a.shape.length === 1, b.shape.length === 1];
  const left = isRow ? reshape(a, [1, a.shape[0]!]) : a;
  const y = matmul(left, isColumn ? reshape(b, [b.shape[0]!, 1]) : b);
  const rank = y.shape.length;
  return reshape(
    y,
    y.shape.filter((_, axis) => !(isRow && axis === rank - 2) && !(isColumn && axis === rank - 1)),
  );
}

const LETTERS = Array.from("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
const ELLIPSIS = "...";

/**
 * Products over named axes. An ellipsis stands for the axes that its operand has left, as many in each, and gets letters
 * of its own; a result that is left out has the axes of the ellipsis and then the letters that occur once, in
 * alphabetical order.
 */
function importEinsum(call: NodeCall): Tensor {
  const operands = call.tensors();
  const [left = "", right] = call.text("equation", "").replaceAll(" ", "").split("->");
  const terms = left.split(",");
  const open = terms.findIndex((term) => term.includes(ELLIPSIS));
  const rank = open < 0 ? 0 : operands[open]!.shape.length - (terms[open]!.length - ELLIPSIS.length);
  const unnamed = LETTERS.filter((letter) => !left.includes(letter)).slice(0, rank);
  const once = LETTERS.filter((letter) => left.split(letter).length === 2);
  const result = right ?? `${ELLIPSIS}${once.sort().join("")}`;
  return einsum(`${left}->${result}`.replaceAll(ELLIPSIS, unnamed.join("")), ...operands);
}

/** Matrix products, and products over named axes. */
export const productOperators: OperatorTable = {
  // Up to set 6 the attribute `broadcast` decides how c is added.
  Gemm: { since: 7, build: importGemm },
  MatMul: { since: 1, build: importMatMul },
  Einsum: { since: 12, build: importEinsum },
};
