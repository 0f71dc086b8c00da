// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gradients } from "../autodiff/gradient.ts";
import { input } from "../graph/leaves.ts";
import { rngFrom } from "../random/index.ts";
import { nodeRuntime } from "../runtime/node.ts";
import { kernelSetsOf, runIn } from "../testing/check-op-runtime.ts";
import { gradcheck } from "../testing/gradcheck.ts";
import { evaluate } from "../testing/interpreter.ts";
import { expectClose } from "../testing/matchers.ts";
import type { Float64Tensor } from "../testing/op-cases.ts";
import { elementAt, float64Tensor, mapElements, numElements, tabulate } from "../testing/op-cases.ts";
import { opCasesList } from "./index.cases.ts";
import { groupNorm, l2Normalize, mul, sin, sum } from "./index.ts";

const runtime = await nodeRuntime();
const SHAPE = [2, 6, 3, 2];
const NUM_GROUPS = 3;
const EPSILON = 1e-3;

const draw = (name: string, shape: readonly number[]): Float64Tensor =>
  float64Tensor(shape, rngFrom(8).fold(name).normal(numElements(shape)));

const feeds = { x: draw("x", SHAPE), weight: draw("weight", [6]), bias: draw("bias", [6]) };

/** Two passes over the members of each group, found by their channel. */
function byDefinition({ x, weight, bias }: typeof feeds): Float64Tensor {
  const groupOf = (channel: number): number => Math.floor((channel * NUM_GROUPS) / SHAPE[1]!);
  const meanOf = (values: Float64Tensor, item: number, group: number): number => {
    const members: number[] = [];
    tabulate(values.shape, (index) => {
      if (index[0] === item && groupOf(index[1]!) === group) members.push(elementAt(values, index));
      return 0;
    });
    return members.reduce((total, value) => total + value, 0) / members.length;
  };
  return tabulate(x.shape, (index) => {
    const [item, channel] = index as [number, number];
    const mean = meanOf(x, item, groupOf(channel));
    const variance = meanOf(
      mapElements(x, (value) => (value - mean) ** 2),
      item,
      groupOf(channel),
    );
    const scale = weight.data[channel]! / Math.sqrt(variance + EPSILON);
    return (elementAt(x, index) - mean) * scale + bias.data[channel]!;
  });
}

const leaves = [input("x", ["batch", ...SHAPE.slice(1)]), input("weight", [6]), input("bias", [6])] as const;
const y = groupNorm(...leaves, { numGroups: NUM_GROUPS, epsilon: EPSILON });

describe("groupNorm", () => {
  it("has the mean and variance of each group of each item", () => {
    const [actual] = evaluate([y], feeds, opCasesList);
    expectClose(actual!.data, byDefinition(feeds).data, { relative: 1e-12, absolute: 1e-12 });
  });

  it.each(kernelSetsOf(runtime))("runs with a symbolic batch ($name kernels)", async (kernels) => {
    const actual = await runIn(runtime, kernels, { y }, feeds);
    expectClose(actual["y"]!, byDefinition(feeds).data, { relative: 1e-4, absolute: 1e-5 });
  });

  it("has the gradient of differences, by values, weight and bias", () => {
    gradcheck(({ x, weight, bias }) => {
      const normalized = groupNorm(x!, weight!, bias!, { numGroups: NUM_GROUPS, epsilon: EPSILON });
      return sum(mul(normalized, sin(normalized)));
    }, feeds);
  });

  it("takes ones and zeros for weight and bias that are null", () => {
    const ones = {
      ...feeds,
      weight: float64Tensor([6], [1, 1, 1, 1, 1, 1]),
      bias: float64Tensor([6], [0, 0, 0, 0, 0, 0]),
    };
    const plain = groupNorm(leaves[0], null, null, { numGroups: NUM_GROUPS, epsilon: EPSILON });
    const [actual] = evaluate([plain], feeds, opCasesList);
    expectClose(actual!.data, byDefinition(ones).data, { relative: 1e-12, absolute: 1e-12 });
  });

  it("refuses groups that do not divide the channels", () => {
    expect(() => groupNorm(leaves[0], null, null, { numGroups: 4 })).toThrow(
      /groupNorm: expected a size divisible by 4, got 6/,
    );
  });
});

const x = input("x", [1, 3]);

describe("l2Normalize", () => {
  it("gives vectors of length one in the same direction", () => {
    const coordinate = fc.double({ min: -9, max: 9, noNaN: true });
    const vector = fc
      .tuple(coordinate, coordinate, coordinate)
      .filter((values) => Math.hypot(...values) > 1e-6);
    fc.assert(
      fc.property(vector, (values) => {
        const [y] = evaluate([l2Normalize(x)], { x: float64Tensor([1, 3], values) }, opCasesList);
        const norm = Math.hypot(...values);
        expectClose(
          y!.data,
          values.map((value) => value / norm),
          { relative: 1e-12, absolute: 1e-15 },
        );
      }),
    );
  });

  it("has value zero and a finite gradient at zero", () => {
    const y = l2Normalize(x, { epsilon: 1e-3 });
    const zero = { x: float64Tensor([1, 3], [0, 0, 0]) };
    const [value, gradient] = evaluate([y, ...gradients(sum(y), [x])], zero, opCasesList);
    expect([...value!.data]).toEqual([0, 0, 0]);
    expectClose(gradient!.data, [1000, 1000, 1000], { relative: 1e-12, absolute: 0 });
  });
});
