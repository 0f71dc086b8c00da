// SPDX-License-Identifier: Apache-2.0
import { broadcastShapes, divideDims, placeOf, productOf } from "@semlink/engine";
import type { Dim, DType } from "@semlink/engine";
import type { NodeCall } from "../node-call.ts";
import { engineDType } from "../stored-tensor.ts";
import { elementOf, known, knownSize, tabulateKnown } from "../values.ts";
import type { KnownValue } from "../values.ts";
import type { Folder, FolderTable, OperatorTable } from "./operator.ts";

/** What an operator makes of two numbers, and of sizes of which one at least is a symbol; null: nothing known. */
interface Rule {
  readonly numbers: (a: number, b: number, isInteger: boolean) => number;
  readonly symbols: (a: Dim, b: Dim) => Dim | null;
}

const nothing = (): null => null;
const toBit = (isTrue: boolean): number => (isTrue ? 1 : 0);
const isNegative = (dim: Dim): boolean => typeof dim === "number" && dim < 0;

const add: Rule = {
  numbers: (a, b) => a + b,
  symbols: (a, b) => (a === 0 ? b : b === 0 ? a : null),
};

const sub: Rule = {
  numbers: (a, b) => a - b,
  symbols: (a, b) => (b === 0 ? a : a === b ? 0 : null),
};

const mul: Rule = {
  numbers: (a, b) => a * b,
  symbols: (a, b) => (isNegative(a) || isNegative(b) ? null : productOf([a, b])),
};

const div: Rule = {
  numbers: (a, b, isInteger) => (isInteger ? Math.trunc(a / b) : a / b),
  symbols: (a, b) => (isNegative(b) ? null : divideDims(a, b, placeOf("Div"))),
};

// A symbol stands for a size: it equals itself, is above every negative number, and may be any other.
const equal: Rule = {
  numbers: (a, b) => toBit(a === b),
  symbols: (a, b) => (a === b ? 1 : isNegative(a) || isNegative(b) ? 0 : null),
};

const greater: Rule = {
  numbers: (a, b) => toBit(a > b),
  symbols: (a, b) => (a === b || isNegative(a) ? 0 : isNegative(b) ? 1 : null),
};

const less: Rule = {
  numbers: (a, b) => greater.numbers(b, a, true),
  symbols: (a, b) => greater.symbols(b, a),
};

function combined(call: NodeCall, a: KnownValue, b: KnownValue, rule: Rule, result: DType): KnownValue {
  const isInteger = a.dtype !== "float32";
  const round = isInteger ? (value: number): number => value : Math.fround;
  return tabulateKnown(result, broadcastSizes(a.shape, b.shape), (index) => {
    const [left, right] = [elementOf(a, index), elementOf(b, index)];
    if (typeof left === "number" && typeof right === "number")
      return round(rule.numbers(left, right, isInteger));
    const size = rule.symbols(left, right);
    if (size === null) throw unknownSize(call, `${left} and ${right}`);
    return size;
  });
}

function binary(rule: Rule, result?: DType): Folder {
  return (call) => {
    const [a, b] = [call.known(0), call.known(1)];
    return combined(call, a, b, rule, result ?? a.dtype);
  };
}

function variadic(numbers: (a: number, b: number) => number): Folder {
  const rule: Rule = { numbers: (a, b) => numbers(a, b), symbols: (a, b) => (a === b ? a : null) };
  return (call) =>
    call.values.map((_, index) => call.known(index)).reduce((a, b) => combined(call, a, b, rule, a.dtype));
}

function unary(compute: (x: number) => number): Folder {
  return (call) => {
    const { dtype, shape } = call.known(0);
    const round = dtype === "float32" ? Math.fround : (value: number): number => value;
    return known(
      dtype,
      shape,
      call.numbers(0).map((x) => round(compute(x))),
    );
  };
}

/**
 * Shape of an elementwise result of known values.
 *
 * @throws ShapeError `broadcast`
 */
export function broadcastSizes(...shapes: readonly (readonly number[])[]): readonly number[] {
  return shapes.reduce((a, b) => broadcastShapes(placeOf("constants"), a, b) as number[]);
}

function foldCast(call: NodeCall): KnownValue {
  const { dtype: from, shape, elements } = call.known(0);
  const to = engineDType(call.integer("to", 0)) ?? from;
  const convert = (dim: Dim): Dim => {
    if (typeof dim !== "number") return dim;
    if (to === "bool") return toBit(dim !== 0);
    return to === "float32" ? Math.fround(dim) : Math.trunc(dim);
  };
  return known(to, shape, Array.from(elements, convert));
}

function foldWhere(call: NodeCall): KnownValue {
  const [condition, a, b] = [call.known(0), call.known(1), call.known(2)];
  const shape = broadcastSizes(condition.shape, a.shape, b.shape);
  return tabulateKnown(a.dtype, shape, (index) =>
    elementOf(elementOf(condition, index) === 1 ? a : b, index),
  );
}

function foldRange(call: NodeCall): KnownValue {
  const [start, limit, delta] = [call.number(0), call.number(1), call.number(2)];
  const length = Math.max(0, Math.ceil((limit - start) / delta));
  knownSize([length]);
  return known(
    call.known(0).dtype,
    [length],
    Array.from({ length }, (_, index) => start + index * delta),
  );
}

/** The rest has the sign of the divisor, or with `fmod` that of the dividend. */
function foldMod(call: NodeCall): KnownValue {
  const isOfDividend = call.integer("fmod", 0) === 1;
  const numbers = (a: number, b: number): number => (isOfDividend ? a % b : a - b * Math.floor(a / b));
  return binary({ numbers, symbols: nothing })(call);
}

function unknownSize(call: NodeCall, sizes: string): Error {
  return call.refusal(
    "symbolic-size",
    "arithmetic on sizes that products and quotients of symbols express",
    sizes,
    "give inputs of fixed sizes",
  );
}

/** Arithmetic on values that are known while the graph is built, sizes among them. */
export const arithmeticFolders: FolderTable = {
  Add: binary(add),
  Sub: binary(sub),
  Mul: binary(mul),
  Div: binary(div),
  Equal: binary(equal, "bool"),
  Greater: binary(greater, "bool"),
  Less: binary(less, "bool"),
  Min: variadic(Math.min),
  Max: variadic(Math.max),
  Pow: binary({ numbers: (a, b) => a ** b, symbols: nothing }),
  Mod: foldMod,
  Neg: unary((x) => -x),
  Sqrt: unary(Math.sqrt),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Cast: foldCast,
  Where: foldWhere,
  Range: foldRange,
};

/** Operators that are computed on known values alone: they have no gradient, and no operator of the engine. */
export const arithmeticOperators: OperatorTable = {
  Floor: { since: 1 },
  Ceil: { since: 1 },
  Mod: { since: 10 },
  Range: { since: 11 },
  ReduceProd: { since: 1 },
};
