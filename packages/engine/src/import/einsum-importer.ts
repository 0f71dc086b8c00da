// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "../graph/tensor.ts";
import { einsum } from "../ops/index.ts";
import type { ImporterTable } from "./importer.ts";
import type { NodeCall } from "./node-call.ts";

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

/** Products over named axes. */
export const einsumImporters: ImporterTable = { Einsum: importEinsum };
