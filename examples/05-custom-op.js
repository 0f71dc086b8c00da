// SPDX-License-Identifier: Apache-2.0
// Defines an operator with its gradient and its ONNX form, checks the gradient in float64, and runs both.
import {
  abs,
  add,
  defineOp,
  describeError,
  div,
  gradients,
  input,
  lower,
  square,
  sum,
} from "@semlink/engine";
import { nodeRuntime } from "@semlink/engine/node";
import { float64Tensor, gradcheck, mapElements, opCases } from "@semlink/engine/testing";

/** @typedef {import("@semlink/engine").Tensor} Tensor */

/** @type {import("@semlink/engine").Op<{}>} */
const softsignOp = defineOp({
  name: "Softsign",
  infer: ([x]) => [x], // shape and element type of the input
  // y = x / (1 + |x|)  ⇒  dx = dy / (1 + |x|)²
  vjp: ({ inputs: [x], grad }) => [div(grad, square(add(abs(x), 1)))],
  emit: (onnx, inputs) => onnx.node("Softsign", inputs),
});

/**
 * `y = x / (1 + |x|)` elementwise.
 *
 * @param {Tensor} x
 * @returns {Tensor} the shape of `x`
 */
export function softsign(x) {
  return softsignOp.call([x], {});
}

/** What the checks need: the operator in float64, as plainly as it can be written. */
export const softsignCases = opCases({
  op: softsignOp,
  reference: ([x]) => [mapElements(x, (value) => value / (1 + Math.abs(value)))],
  samples: [{ name: "a matrix", shapes: [[2, 3]], attrs: {}, domain: { awayFromZero: 0.1 } }],
  errors: [],
});

/**
 * @param {{ log?: (text: string) => void }} [options]
 * @returns values and gradient from ONNX Runtime, and what the check says of a wrong rule
 */
export async function main({ log = console.log } = {}) {
  // The rule against central differences, in float64, where a lost factor or a wrong sign cannot hide.
  const point = { x: float64Tensor([4], [-2, -0.5, 0.25, 3]) };
  const scalar = (/** @type {Tensor} */ x) => sum(square(softsign(x)));
  gradcheck(({ x }) => scalar(x), point, { cases: [softsignCases] });
  log("gradcheck: right");

  // The same with the square forgotten.
  const wrongOp = defineOp({ ...softsignOp, vjp: ({ inputs: [x], grad }) => [div(grad, add(abs(x), 1))] });
  let wrongRule = "not noticed";
  try {
    gradcheck(({ x }) => sum(wrongOp.call([x], {})), point, { cases: [softsignCases] });
  } catch (error) {
    wrongRule = describeError(error).code;
    log(`gradcheck of a wrong rule: ${describeError(error).message}`);
  }

  // In ONNX Runtime the operator is one node, and its gradient made of others.
  const x = input("x", [4]);
  const [dx] = gradients(scalar(x), [x]);
  const runtime = await nodeRuntime({ intraOpThreads: 1 });
  const model = lower({ y: softsign(x), dx }, { kernels: runtime.kernels });
  const session = await runtime.createSession(model.bytes);
  const data = Float32Array.from(point.x.data);
  const results = await session.run({ x: { dtype: "float32", shape: [4], data } });
  await session.release();
  const values = Array.from(results.y.data, Number);
  const gradient = Array.from(results.dx.data, Number);
  log(`values   ${values.map((value) => value.toFixed(4).padStart(8)).join("")}`);
  log(`gradient ${gradient.map((value) => value.toFixed(4).padStart(8)).join("")}`);
  return { values, gradient, wrongRule, operators: model.nodes.map(({ type }) => type) };
}

if (process.argv[1] === import.meta.filename) await main();
