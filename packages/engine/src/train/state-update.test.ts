// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { input } from "../graph/leaves.ts";
import type { Tensor } from "../graph/tensor.ts";
import { nameTree, Param, zeros } from "../nn/index.ts";
import { standardKernels } from "../onnx/kernel-set.ts";
import { lower } from "../onnx/lower.ts";
import { add } from "../ops/index.ts";
import type { Optimizer, ParamPolicy } from "../optim/index.ts";
import { adamW, lookahead, muon, partitioned, sgd } from "../optim/index.ts";
import { rngFrom } from "../random/index.ts";
import { nodeRuntime } from "../runtime/node.ts";
import { floatTensor } from "./step-graph.ts";
import { updateState } from "./state-update.ts";

const runtime = await nodeRuntime();

const shapes = { bias: [5], matrix: [4, 3], scale: [5], other: [7], large: [130, 130] } as const;
const model = Object.fromEntries(
  Object.entries(shapes).map(([name, shape]) => [name, new Param([...shape], zeros())]),
) as Record<keyof typeof shapes, Param>;
nameTree(model);
const trained = Object.values(model);
const mean = new Param([5], zeros());
mean.name = "mean";

/** Another rate for one of the small vectors, so that it cannot be joined with the others. */
const policy = (param: Param): ParamPolicy => (param === model.other ? { learningRateScale: 0.5 } : {});

const gradientsOf = (params: readonly Param[]): Map<Param, Tensor> =>
  new Map(params.map((param) => [param, input(`gradient:${param.name}`, param.shape)]));
const buffers = new Map([[mean, add(mean.value, 1)]]);

/** The update of all parameters and buffers at once. */
function graphOf(optimizer: Optimizer): Record<string, Tensor> {
  return { ...updateState(gradientsOf(trained), buffers, { optimizer, policy, averageDecay: 0.9 }).outputs };
}

/** The updates of each parameter and of the buffers by themselves. */
function graphsApart(optimizer: Optimizer): Record<string, Tensor>[] {
  const settings = { optimizer, policy, averageDecay: 0.9 };
  const updates = trained.map((param) => updateState(gradientsOf([param]), new Map(), settings));
  return [...updates, updateState(new Map(), buffers, settings)].map(({ outputs }) => ({ ...outputs }));
}

async function run(
  outputs: Record<string, Tensor>,
  scalars: Record<string, number>,
): Promise<Record<string, unknown>> {
  const { bytes, inputs } = lower(outputs, { kernels: standardKernels });
  const session = await runtime.createSession(bytes);
  const feeds = Object.entries(inputs).map(([name, { shape }]) => {
    const sizes = shape as readonly number[];
    const size = sizes.reduce((product, dim) => product * dim, 1);
    const drawn = rngFrom(4).fold(name).uniform(size);
    return [name, floatTensor(sizes, name in scalars ? Float32Array.of(scalars[name]!) : drawn)] as const;
  });
  const values = await session.run(Object.fromEntries(feeds));
  await session.release();
  return Object.fromEntries(Object.entries(values).map(([name, { shape, data }]) => [name, { shape, data }]));
}

const plain = sgd({ momentum: 0.9, nesterov: true, weightDecay: 1e-2 });

describe("updateState", () => {
  it.each<[string, Optimizer]>([
    ["sgd", plain],
    ["adamW", adamW()],
    ["lookahead", lookahead(adamW(), { every: 2 })],
    ["muon", muon({ others: plain })],
    [
      "partitioned",
      partitioned([
        { matches: ({ name }) => name === "scale", optimizer: adamW() },
        { matches: () => true, optimizer: plain },
      ]),
    ],
  ])("joins small tensors that follow one rule without changing a bit: %s", async (_, optimizer) => {
    const scalars = { learningRate: 0.1, averageDecay: 0.9, ...optimizer.scalars(3) };
    const [apart, together] = [graphsApart(optimizer), graphOf(optimizer)];
    const expected: Record<string, unknown> = {};
    for (const outputs of apart) Object.assign(expected, await run(outputs, scalars));
    expect(await run(together, scalars)).toEqual(expected);
    const numNodes = (outputs: Record<string, Tensor>): number =>
      lower(outputs, { kernels: standardKernels }).nodes.length;
    expect(numNodes(together)).toBeLessThan(apart.reduce((sum, outputs) => sum + numNodes(outputs), 0));
  });

  it("leaves large tensors, other rates and matrices of Muon alone", () => {
    const rates = graphOf(muon({ others: plain }));
    const joins = lower(rates, { kernels: standardKernels }).nodes.filter(({ type }) => type === "Concat");
    // Values, gradients and moments of bias and scale; values and averages of all small tensors.
    expect(joins.map(({ inputs }) => inputs.length)).toEqual([2, 2, 2, 5, 5]);
  });
});
