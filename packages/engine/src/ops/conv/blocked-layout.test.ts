// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { gradients } from "../../autodiff/gradient.ts";
import { input } from "../../graph/leaves.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { nchwcKernels } from "../../onnx/kernel-set.ts";
import { lower } from "../../onnx/lower.ts";
import { rngFrom } from "../../random/index.ts";
import { nodeRuntime } from "../../runtime/node.ts";
import { kernelSetsOf, runIn } from "../../testing/check-op-runtime.ts";
import { numElements } from "../../testing/op-cases.ts";
import { evaluate } from "../../testing/interpreter.ts";
import { expectClose } from "../../testing/matchers.ts";
import type { Float64Tensor } from "../../testing/op-cases.ts";
import { add, mul } from "../arithmetic.ts";
import { batchNorm } from "../batch-norm/batch-norm.ts";
import { opCasesList } from "../index.cases.ts";
import { globalAveragePool } from "../pool/average-pool.ts";
import { maxPool2d } from "../pool/max-pool.ts";
import { sum } from "../reduce.ts";
import { relu } from "../activations.ts";
import { reshape } from "../layout.ts";
import { conv2d } from "./conv2d.ts";

const runtime = await nodeRuntime();
const batch = 16;

function weight(name: string, out: number, size: number, channels: number): Tensor {
  return input(name, [out, size, size, channels]);
}

function normalized(x: Tensor, name: string): Tensor {
  const vector = (part: string): Tensor => input(`${name}.${part}`, [x.shape[1]!]);
  const running = [vector("mean"), vector("variance")] as const;
  return batchNorm(x, vector("weight"), vector("bias"), ...running, { training: true }).y;
}

/** Network inputs by name, from the graph that uses them. */
function feedsFor(
  inputs: Readonly<Record<string, { readonly shape: readonly unknown[] }>>,
): Record<string, Float64Tensor> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, type]) => {
      const shape = type.shape as readonly number[];
      const values = rngFrom(3).fold(name).normal(numElements(shape));
      // Weights of the size that keeps activations near one
      const fanIn = shape.length === 4 && name.startsWith("w") ? numElements(shape.slice(1)) : 1;
      return [
        name,
        { shape, data: Float64Array.from(values, (value) => Math.fround(value / Math.sqrt(fanIn))) },
      ];
    }),
  );
}

async function expectSameInAllKernels(outputs: Readonly<Record<string, Tensor>>): Promise<void> {
  const { inputs } = lower(outputs, { kernels: runtime.kernels });
  const feeds = feedsFor(inputs);
  const expected = evaluate(Object.values(outputs), feeds, opCasesList);
  for (const kernels of kernelSetsOf(runtime)) {
    const actual = await runIn(runtime, kernels, outputs, feeds);
    Object.keys(outputs).forEach((name, index) => {
      const { data } = expected[index]!;
      const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expectClose(
        actual[name]!,
        data,
        { relative: 1e-4, absolute: 2e-5 * largest },
        `${name}, ${kernels.name}`,
      );
    });
  }
}

function numReorderings(outputs: Readonly<Record<string, Tensor>>): { in: number; out: number } {
  const { nodes } = lower(outputs, { kernels: nchwcKernels(16) });
  const count = (type: string): number => nodes.filter((node) => node.type === type).length;
  return { in: count("ReorderInput"), out: count("ReorderOutput") };
}

describe("values in the blocked layout", () => {
  const x = input("x", [batch, 16, 6, 6]);
  const [w1, w2, w3] = [weight("w1", 16, 3, 16), weight("w2", 16, 3, 16), weight("w3", 32, 3, 16)];
  const stem = relu(normalized(conv2d(x, w1, null, { padding: 1 }), "n1"));
  const block = relu(add(normalized(conv2d(stem, w2, null, { padding: 1 }), "n2"), stem));
  const pooled = maxPool2d(block, { kernelSize: 3, stride: 2, padding: 1 });
  const features = normalized(conv2d(pooled, w3, null, { padding: 1 }), "n3");

  it("stay there through normalisation, activations, sums and pooling", () => {
    expect(numReorderings({ features })).toEqual({ in: 1, out: 1 });
  });

  it("give the same values and gradients as any other layout", async () => {
    const leaves = [x, w1, w2, w3];
    const [dx, d1, d2, d3] = gradients(features, leaves, input("upstream", features.shape)) as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ];
    await expectSameInAllKernels({ features, dx, d1, d2, d3 });
  });

  it("are not mixed with values of other sizes that broadcast", async () => {
    const map = conv2d(x, w1, null, { padding: 1 });
    const gate = conv2d(reshape(globalAveragePool(x), [batch, 16, 1, 1]), weight("gate", 16, 1, 16), null);
    const gated = conv2d(mul(map, gate), w2, null, { padding: 1 });
    const [dx, dGate] = gradients(sum(mul(gated, gated)), [x, w2]);
    await expectSameInAllKernels({ gated, dx: dx!, dGate: dGate! });
  });

  it("may have padded channels", async () => {
    const w = weight("w", 20, 3, 16);
    const v = weight("v", 12, 3, 20);
    const y = conv2d(relu(conv2d(x, w, null, { padding: 1 })), v, null, { padding: 1 });
    const [dx, dw, dv] = gradients(sum(mul(y, y)), [x, w, v]);
    expect(numReorderings({ y })).toEqual({ in: 1, out: 1 });
    await expectSameInAllKernels({ y, dx: dx!, dw: dw!, dv: dv! });
  });
});
