// SPDX-License-Identifier: Apache-2.0
// Builds a graph, differentiates it, prints it, runs it, and compares the gradient with finite differences.
import { gradients, input, lower, mean, matmul, printGraph, square, tanh } from "@semlink/engine";
import { nodeRuntime } from "@semlink/engine/node";

/**
 * @param {{ log?: (text: string) => void }} [options]
 * @returns the gradient by each number of x, and the same by finite differences
 */
export async function main({ log = console.log } = {}) {
  // 1. Build. Nothing is computed yet, but every shape is known, and one that does not fit would throw here.
  const x = input("x", [2, 3]);
  const w = input("w", [3, 4]);
  const loss = mean(square(tanh(matmul(x, w))));

  // 2. Differentiate. The gradient is a graph like any other: it could be differentiated again.
  const [dx] = gradients(loss, [x]);

  // 3. Print.
  log(printGraph([loss, dx]));

  // 4. Run. Both results are outputs of one ONNX model, so what they share is computed once.
  const runtime = await nodeRuntime({ intraOpThreads: 1 });
  const model = lower({ loss, dx }, { kernels: runtime.kernels });
  const session = await runtime.createSession(model.bytes);
  const weights = Float32Array.from({ length: 12 }, (_, i) => Math.cos(i));
  /** @param {readonly number[]} point */
  const run = (point) =>
    session.run({
      x: { dtype: "float32", shape: [2, 3], data: Float32Array.from(point) },
      w: { dtype: "float32", shape: [3, 4], data: weights },
    });
  const point = [0.5, -1, 0.25, 2, -0.75, 1.5];
  const gradient = Array.from((await run(point)).dx.data, Number);

  // 5. Compare: (f(x + h) − f(x − h)) / 2h. In float32 a large step is best; the engine's own check uses float64.
  const h = 0.01;
  const differences = [];
  for (const i of point.keys()) {
    const moved = (/** @type {number} */ by) => run(point.map((value, j) => (i === j ? value + by : value)));
    const [above, below] = [await moved(h), await moved(-h)];
    differences.push((Number(above.loss.data[0]) - Number(below.loss.data[0])) / (2 * h));
  }
  await session.release();
  log("gradient     " + gradient.map((value) => value.toFixed(5).padStart(9)).join(" "));
  log("differences  " + differences.map((value) => value.toFixed(5).padStart(9)).join(" "));
  return { gradient, differences };
}

if (process.argv[1] === import.meta.filename) await main();
