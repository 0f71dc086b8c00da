// SPDX-License-Identifier: Apache-2.0
import {
  abs,
  add,
  cast,
  clip,
  cos,
  div,
  equal,
  erf,
  exp,
  gelu,
  greater,
  less,
  log,
  maximum,
  minimum,
  mul,
  neg,
  pow,
  reciprocal,
  relu,
  sigmoid,
  sign,
  sin,
  softplus,
  sqrt,
  sub,
  tanh,
  where,
} from "@semlink/engine";
import type { Tensor } from "@semlink/engine";
import type { NodeCall } from "../node-call.ts";
import { engineDType } from "../stored-tensor.ts";
import type { Importer, OperatorTable } from "./operator.ts";

const unary =
  (op: (x: Tensor) => Tensor): Importer =>
  (call) =>
    op(call.tensor(0));

const binary =
  (op: (a: Tensor, b: Tensor) => Tensor): Importer =>
  (call) =>
    op(call.tensor(0), call.tensor(1));

const variadic =
  (op: (a: Tensor, b: Tensor) => Tensor): Importer =>
  (call) =>
    call.tensors().reduce(op);

const not = (x: Tensor): Tensor => cast(sub(1, cast(x, "float32")), "bool");

// x where it is positive, below(x) elsewhere; below sees no positive value, so it cannot overflow.
const split = (x: Tensor, below: (negative: Tensor) => Tensor): Tensor =>
  where(greater(x, 0), x, below(minimum(x, 0)));

const hardSigmoid = (x: Tensor, alpha: number, beta: number): Tensor =>
  clip(add(mul(x, alpha), beta), { min: 0, max: 1 });

// 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))), Hendrycks & Gimpel 2016, section 2
function geluByTanh(x: Tensor): Tensor {
  const inner = mul(add(x, mul(pow(x, 3), 0.044715)), Math.sqrt(2 / Math.PI));
  return mul(mul(x, 0.5), add(tanh(inner), 1));
}

function importPow(call: NodeCall): Tensor {
  const exponents = call.numbers(1);
  const [exponent] = exponents;
  if (exponent === undefined || exponents.some((other) => other !== exponent)) {
    throw call.refusal("unsupported-attribute", "one exponent for all elements", `${exponents.length}`);
  }
  return exponent === 0.5 ? sqrt(call.tensor(0)) : pow(call.tensor(0), exponent);
}

function importClip(call: NodeCall): Tensor {
  const bound = (index: number, attribute: string): number => {
    if (call.has(index)) return call.number(index);
    return call.float(attribute, attribute === "min" ? -Infinity : Infinity);
  };
  const [min, max] = [bound(1, "min"), bound(2, "max")];
  return clip(call.tensor(0), {
    ...(min > -Infinity ? { min } : {}),
    ...(max < Infinity ? { max } : {}),
  });
}

function importCast(call: NodeCall): Tensor {
  const code = call.integer("to", 0);
  const dtype = engineDType(code);
  if (dtype !== null) return cast(call.tensor(0), dtype);
  throw call.refusal("unsupported-attribute", "a float, an integer or bool", `element type ${code}`);
}

const swish = (x: Tensor, alpha: number): Tensor => mul(x, sigmoid(alpha === 1 ? x : mul(x, alpha)));

/** Of numbers that are 0 or 1. */
const logical =
  (op: (a: Tensor, b: Tensor) => Tensor): Importer =>
  (call) =>
    cast(op(cast(call.tensor(0), "float32"), cast(call.tensor(1), "float32")), "bool");

const selu = (x: Tensor, alpha: number, gamma: number): Tensor =>
  mul(
    split(x, (below) => mul(sub(exp(below), 1), alpha)),
    gamma,
  );

/** Operators that work element by element. */
export const pointwiseOperators: OperatorTable = {
  // Up to set 6 the attributes `broadcast` and `axis` decide how the second operand is stretched.
  Add: { since: 7, build: binary(add) },
  Sub: { since: 7, build: binary(sub) },
  Mul: { since: 7, build: binary(mul) },
  Div: { since: 7, build: binary(div) },
  Pow: { since: 7, build: importPow, settings: [1] },
  Equal: { since: 7, build: binary(equal) },
  Greater: { since: 7, build: binary(greater) },
  Less: { since: 7, build: binary(less) },
  And: { since: 7, build: logical(mul) },
  Or: { since: 7, build: logical(maximum) },
  // Up to set 6 a slope of one axis belongs to the channels.
  PRelu: { since: 7, build: (call) => split(call.tensor(0), (x) => mul(x, call.tensor(1))) },
  GreaterOrEqual: { since: 12, build: binary((a, b) => not(less(a, b))) },
  LessOrEqual: { since: 12, build: binary((a, b) => not(greater(a, b))) },
  // Up to set 7 all operands have one shape.
  Min: { since: 1, build: variadic(minimum) },
  Max: { since: 1, build: variadic(maximum) },
  Sum: { since: 1, build: variadic(add) },
  Mean: {
    since: 1,
    build: (call) =>
      mul(
        call.tensors().reduce((a, b) => add(a, b)),
        1 / call.values.length,
      ),
  },
  Not: { since: 1, build: unary(not) },
  Where: { since: 9, build: (call) => where(call.tensor(0), call.tensor(1), call.tensor(2)) },
  // Up to set 5 the type is given as text.
  Cast: { since: 6, build: importCast },
  Abs: { since: 1, build: unary(abs) },
  Neg: { since: 1, build: unary(neg) },
  Sign: { since: 9, build: unary(sign) },
  Sqrt: { since: 1, build: unary(sqrt) },
  Reciprocal: { since: 1, build: unary(reciprocal) },
  Exp: { since: 1, build: unary(exp) },
  Log: { since: 1, build: unary(log) },
  Sin: { since: 7, build: unary(sin) },
  Cos: { since: 7, build: unary(cos) },
  Tanh: { since: 1, build: unary(tanh) },
  Erf: { since: 9, build: unary(erf) },
  Sigmoid: { since: 1, build: unary(sigmoid) },
  Softplus: { since: 1, build: unary(softplus) },
  Softsign: { since: 1, build: unary((x) => div(x, add(abs(x), 1))) },
  Relu: { since: 1, build: unary(relu) },
  LeakyRelu: {
    since: 1,
    build: (call) => split(call.tensor(0), (x) => mul(x, call.float("alpha", 0.01))),
  },
  Elu: {
    since: 1,
    build: (call) => split(call.tensor(0), (x) => mul(sub(exp(x), 1), call.float("alpha", 1))),
  },
  // In set 1 both factors are rounded to four places.
  Selu: {
    since: 6,
    build: (call) =>
      selu(call.tensor(0), call.float("alpha", 1.6732632423543772), call.float("gamma", 1.0507009873554805)),
  },
  Celu: {
    since: 12,
    build(call) {
      const alpha = call.float("alpha", 1);
      return split(call.tensor(0), (x) => mul(sub(exp(mul(x, 1 / alpha)), 1), alpha));
    },
  },
  ThresholdedRelu: {
    since: 10,
    build(call) {
      const x = call.tensor(0);
      return where(greater(x, call.float("alpha", 1)), x, 0);
    },
  },
  HardSigmoid: {
    since: 1,
    build: (call) => hardSigmoid(call.tensor(0), call.float("alpha", 0.2), call.float("beta", 0.5)),
  },
  HardSwish: { since: 14, build: unary((x) => mul(x, hardSigmoid(x, 1 / 6, 0.5))) },
  Mish: { since: 18, build: unary((x) => mul(x, tanh(softplus(x)))) },
  Gelu: {
    since: 20,
    build: (call) => (call.text("approximate", "none") === "tanh" ? geluByTanh : gelu)(call.tensor(0)),
  },
  Swish: { since: 24, build: (call) => swish(call.tensor(0), call.float("alpha", 1)) },
  "com.microsoft.Gelu": { since: 1, build: unary(gelu) },
  "com.microsoft.QuickGelu": {
    since: 1,
    build: (call) => swish(call.tensor(0), call.float("alpha", 1.702)),
  },
  // Bounds are attributes up to set 10.
  Clip: { since: 1, build: importClip, settings: [1, 2] },
};
