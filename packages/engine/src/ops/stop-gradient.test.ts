// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { gradients } from "../autodiff/gradient.ts";
import { input } from "../graph/leaves.ts";
import { rngFrom } from "../random/index.ts";
import { nodeRuntime } from "../runtime/node.ts";
import { kernelSetsOf, runIn } from "../testing/check-op-runtime.ts";
import { evaluate } from "../testing/interpreter.ts";
import type { Float64Tensor } from "../testing/op-cases.ts";
import { float64Tensor } from "../testing/op-cases.ts";
import { opCasesList } from "./index.cases.ts";
import { mul, stopGradient, straightThrough, sum } from "./index.ts";

const runtime = await nodeRuntime();

const draw = (name: string, shape: readonly [number, number]): Float64Tensor =>
  float64Tensor(
    shape,
    rngFrom(13)
      .fold(name)
      .normal(shape[0] * shape[1]),
  );

describe("stopGradient", () => {
  const x = input("x", [2]);

  it("makes gradients take its input as a constant", () => {
    const [gradient] = gradients(sum(mul(stopGradient(x), x)), [x]);
    expect([...evaluate([gradient!], { x: float64Tensor([2], [3, 4]) }, opCasesList)[0]!.data]).toEqual([
      3, 4,
    ]);
  });

  it("cuts the path to what lies only behind it", () => {
    expect(() => gradients(sum(stopGradient(x)), [x])).toThrow(/check stopGradient/);
  });
});

describe("straightThrough", () => {
  const [hard, soft, weight] = ["hard", "soft", "weight"].map((name) => input(name, ["batch", 3]));
  const feeds = { hard: draw("hard", [4, 3]), soft: draw("soft", [4, 3]), weight: draw("weight", [4, 3]) };
  const y = straightThrough(hard!, soft!);

  it.each(kernelSetsOf(runtime))("has exactly the hard value in float32 ($name kernels)", async (kernels) => {
    const actual = await runIn(runtime, kernels, { y }, feeds);
    expect([...actual["y"]!]).toEqual([...feeds.hard.data]);
  });

  it("has the gradient of the soft value", () => {
    const [gradient] = gradients(sum(mul(y, weight!)), [soft!]);
    expect([...evaluate([gradient!], feeds, opCasesList)[0]!.data]).toEqual([...feeds.weight.data]);
  });

  it("lets no gradient through to the hard value", () => {
    expect(() => gradients(sum(y), [hard!])).toThrow(/depends on "hard"/);
  });
});
