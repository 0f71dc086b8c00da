// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { contribKernels, standardKernels } from "./onnx/kernel-set.ts";
import { opCasesList } from "./ops/index.cases.ts";
import { nodeRuntime } from "./runtime/node.ts";
import { withWrongOutput } from "./runtime/wrong-output.fixture.ts";
import { SELF_TEST, selfTest, selfTestBatch, selfTestStep, verifyRuntime } from "./self-test.ts";
import { kernelSetsOf } from "./testing/check-op-runtime.ts";
import { float64Tensor } from "./testing/op-cases.ts";
import type { Feeds } from "./testing/interpreter.ts";
import { evaluate } from "./testing/interpreter.ts";

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

describe("verifyRuntime", () => {
  it("lets a right runtime pass", async () => {
    await expect(verifyRuntime(runtime)).resolves.toBeUndefined();
  });

  it("names runtime, provider and kernels of a wrong one, with the losses", async () => {
    await expect(verifyRuntime(withWrongOutput(runtime))).rejects.toMatchObject({
      code: "backend-wrong-results",
      where: `${runtime.name}, cpu, ${runtime.kernels.name} kernels`,
      expected: "losses 2.1370687, 2.0555174, 1.9186751",
    });
  });
});

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
    const wrong = await selfTest(withWrongOutput(await nodeRuntime({ kernels: contribKernels })));
    expect(wrong.ok).toBe(false);
    expect(wrong.maxDifference).toBeGreaterThan(1e-4);
  });

  it("fails, and does not throw, where a kernel gives no number", async () => {
    const { ok, losses, maxDifference } = await selfTest(withWrongOutput(runtime, Number.NaN));
    expect({ ok, maxDifference }).toEqual({ ok: false, maxDifference: Infinity });
    expect(losses.slice(1)).toEqual([Number.NaN]);
  });

  it("learns: the losses fall", async () => {
    const { expected } = await selfTest(runtime);
    expect(expected).toEqual([...expected].sort((a, b) => b - a));
  });
});
