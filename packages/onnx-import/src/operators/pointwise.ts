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
import type { Importer, ImporterTable } from "./operator.ts";

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

/** Operators that work element by element. */
export const pointwiseImporters: ImporterTable = {
  Add: binary(add),
  Sub: binary(sub),
  Mul: binary(mul),
  Div: binary(div),
  Pow: importPow,
  Min: variadic(minimum),
  Max: variadic(maximum),
  Sum: variadic(add),
  Equal: binary(equal),
  Greater: binary(greater),
  Less: binary(less),
  GreaterOrEqual: binary((a, b) => not(less(a, b))),
  LessOrEqual: binary((a, b) => not(greater(a, b))),
  Not: unary(not),
  Where: (call) => where(call.tensor(0), call.tensor(1), call.tensor(2)),
  Cast: importCast,
  Abs: unary(abs),
  Neg: unary(neg),
  Sqrt: unary(sqrt),
  Reciprocal: unary(reciprocal),
  Exp: unary(exp),
  Log: unary(log),
  Sin: unary(sin),
  Cos: unary(cos),
  Tanh: unary(tanh),
  Erf: unary(erf),
  Sigmoid: unary(sigmoid),
  Softplus: unary(softplus),
  Relu: unary(relu),
  LeakyRelu: (call) => split(call.tensor(0), (x) => mul(x, call.float("alpha", 0.01))),
  PRelu: (call) => split(call.tensor(0), (x) => mul(x, call.tensor(1))),
  Elu: (call) => split(call.tensor(0), (x) => mul(sub(exp(x), 1), call.float("alpha", 1))),
  HardSigmoid: (call) => hardSigmoid(call.tensor(0), call.float("alpha", 0.2), call.float("beta", 0.5)),
  HardSwish: unary((x) => mul(x, hardSigmoid(x, 1 / 6, 0.5))),
  Gelu: (call) => (call.text("approximate", "none") === "tanh" ? geluByTanh : gelu)(call.tensor(0)),
  "com.microsoft.Gelu": unary(gelu),
  Clip: importClip,
};
