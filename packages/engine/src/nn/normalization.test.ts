// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { input } from "../graph/leaves.ts";
import { opCasesList } from "../ops/index.cases.ts";
import { evaluate } from "../testing/interpreter.ts";
import { expectClose } from "../testing/matchers.ts";
import { float64Tensor } from "../testing/op-cases.ts";
import { Build, paramsOf } from "./build.ts";
import { GroupNorm } from "./normalization.ts";

const layer = new GroupNorm({ numFeatures: 4, numGroups: 2, epsilon: 0 });

describe("GroupNorm", () => {
  it("normalises pairs of channels and scales each channel, by hand", () => {
    const y = new Build(layer, { training: true }).apply(layer, input("x", ["batch", 4, 1]));
    const feeds = {
      x: float64Tensor([1, 4, 1], [1, 3, 10, 30]),
      weight: float64Tensor([4], [1, 2, 1, 1]),
      bias: float64Tensor([4], [0, 0, 5, 0]),
    };
    expectClose(evaluate([y], feeds, opCasesList)[0]!.data, [-1, 2, 4, 1], { relative: 1e-12, absolute: 0 });
  });

  it("names weight and bias", () => {
    expect(paramsOf(layer).map(({ name, shape }) => [name, shape])).toEqual([
      ["weight", [4]],
      ["bias", [4]],
    ]);
  });

  it("refuses groups that do not divide the features", () => {
    expect(() => new GroupNorm({ numFeatures: 4, numGroups: 3 })).toThrow(
      /GroupNorm: expected a size divisible by 3/,
    );
  });
});
