// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { opCasesList } from "../ops/index.cases.ts";
import { contribKernels, standardKernels } from "../onnx/kernel-set.ts";
import { kernelSetsOf } from "../testing/check-op-runtime.ts";
import { float64Tensor } from "../testing/float64-tensor.ts";
import { evaluate, type Feeds } from "../testing/interpreter.ts";
import { nodeRuntime } from "./node.ts";
import { SELF_TEST, selfTest, selfTestBatch, selfTestStep } from "./self-test.ts";

const runtime = await nodeRuntime();

/** The losses of the self-test by the float64 references of the operators, without ONNX. */
function float64Losses(numSteps: number): number[] {
  const { outputs, state } = selfTestStep();
  const { rng, learningRate } = SELF_TEST;
  const inputs = Object.entries(selfTestBatch()).map(([name, { shape, data }]) => {
    return [name, float64Tensor(shape, data as Float32Array)] as const;
  });
  let feeds: Feeds = {
    ...Object.fromEntries(inputs),
    learningRate: float64Tensor([], [learningRate]),
    ...Object.fromEntries(
      state.map(({ name, shape, startsAs }) => {
        const size = shape.reduce((product, dim) => product * dim, 1);
        const start = startsAs?.init(shape, rng.fold("init").fold(startsAs.name)) ?? new Float32Array(size);
        return [name, float64Tensor(shape, start)];
      }),
    ),
  };
  const names = Object.keys(outputs);
  return Array.from({ length: numSteps }, () => {
    const values = evaluate(Object.values(outputs), feeds, opCasesList);
    const next = state.map(({ name }) => [name, values[names.indexOf(`next:${name}`)]!] as const);
    feeds = { ...feeds, ...Object.fromEntries(next) };
    return values[names.indexOf("loss")]!.data[0]!;
  });
}

describe("selfTest", () => {
  it.each(kernelSetsOf(runtime))("passes with $name kernels", async (kernels) => {
    const { ok, losses, maxDifference } = await selfTest(await nodeRuntime({ kernels }));
    expect({ ok, count: losses.length }).toEqual({ ok: true, count: 3 });
    expect(maxDifference).toBeLessThan(1e-5);
  });

  it("expects what float64 arithmetic gives", async () => {
    const { expected } = await selfTest(await nodeRuntime({ kernels: standardKernels }));
    const exact = float64Losses(expected.length);
    exact.forEach((loss, step) => expect(Math.abs(loss - expected[step]!)).toBeLessThan(1e-5));
  });

  it("fails where a kernel computes something else", async () => {
    const right = await nodeRuntime({ kernels: contribKernels });
    const wrong = await selfTest({
      ...right,
      async createSession(model, options) {
        const session = await right.createSession(model, options);
        return {
          ...session,
          async run(feeds, into) {
            const outputs = await session.run(feeds, into);
            const bias = outputs["next:head.bias"]!.data as Float32Array;
            bias[0]! += 0.01; // a gradient that is a little wrong
            return outputs;
          },
        };
      },
    });
    expect(wrong.ok).toBe(false);
    expect(wrong.maxDifference).toBeGreaterThan(1e-4);
  });

  it("learns: the losses fall", async () => {
    const { expected } = await selfTest(runtime);
    expect(expected).toEqual([...expected].sort((a, b) => b - a));
  });
});
