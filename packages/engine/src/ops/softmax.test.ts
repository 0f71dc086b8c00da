// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gradients } from "../autodiff/gradient.ts";
import { input } from "../graph/leaves.ts";
import { lower } from "../onnx/lower.ts";
import { nodeRuntime } from "../runtime/node.ts";
import { kernelSetsOf, runIn } from "../testing/check-op-runtime.ts";
import { gradcheck } from "../testing/gradcheck.ts";
import { evaluate } from "../testing/interpreter.ts";
import { expectClose } from "../testing/matchers.ts";
import { float64Tensor } from "../testing/op-cases.ts";
import { opCasesList } from "./index.cases.ts";
import { logSumExp, mul, softmax, square, sum } from "./index.ts";

const runtime = await nodeRuntime();
const x = input("x", [2, 3]);
const matrix = fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: 6, maxLength: 6 });

describe("logSumExp", () => {
  it("is the logarithm of the sum of exponentials", () => {
    fc.assert(
      fc.property(matrix, (values) => {
        const [y] = evaluate([logSumExp(x, { axes: 1 })], { x: float64Tensor([2, 3], values) }, opCasesList);
        const direct = [values.slice(0, 3), values.slice(3)].map((row) =>
          Math.log(row.reduce((total, value) => total + Math.exp(value), 0)),
        );
        expectClose(y!.data, direct, { relative: 1e-12, absolute: 1e-12 });
      }),
    );
  });

  it("has the softmax as gradient", () => {
    const [gradient] = gradients(sum(logSumExp(x, { axes: -1 })), [x]);
    const feeds = { x: float64Tensor([2, 3], [0.3, -1.2, 2, 50, 51, 49]) };
    const [actual, expected] = evaluate([gradient!, softmax(x)], feeds, opCasesList);
    expectClose(actual!.data, expected!.data, { relative: 1e-12, absolute: 1e-15 });
  });

  it("agrees with differences in gradient and gradient of gradient", () => {
    const point = { x: float64Tensor([2, 3], [0.3, -1.2, 0.9, 0.1, 1.4, -0.5]) };
    const weigh = (y: typeof x): typeof x => sum(mul(y, square(y)));
    gradcheck(({ x }) => weigh(logSumExp(x!, { axes: 0 })), point);
    gradcheck(({ x }) => weigh(gradients(weigh(logSumExp(x!, { axes: 1 })), [x!])[0]!), point);
  });

  it("looks for no maxima in its gradient", () => {
    const [gradient] = gradients(sum(logSumExp(x, { axes: 1 })), [x]);
    const { nodes } = lower({ gradient: gradient! }, { kernels: runtime.kernels });
    expect(nodes.map(({ type }) => type)).not.toContain("Equal");
  });

  it.each(kernelSetsOf(runtime))(
    "neither overflows nor vanishes in float32 ($name kernels)",
    async (kernels) => {
      const feeds = { x: float64Tensor([2, 3], [1000, 1000, 1000, -1000, -1001, -1002]) };
      const { y } = await runIn(runtime, kernels, { y: logSumExp(x, { axes: 1 }) }, feeds);
      const expected = [1000 + Math.log(3), -1000 + Math.log(1 + Math.exp(-1) + Math.exp(-2))];
      expectClose(y!, expected, { relative: 1e-6, absolute: 0 });
    },
  );

  it("takes axes and keeps them as other reductions do", () => {
    const z = input("z", ["batch", 3, 4]);
    expect(logSumExp(z, { axes: [-1, 1] }).shape).toEqual(["batch"]);
    expect(logSumExp(z, { axes: 2, keepDims: true }).shape).toEqual(["batch", 3, 1]);
    expect(logSumExp(z).shape).toEqual([]);
  });
});
