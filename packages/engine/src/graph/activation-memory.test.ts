// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Linear } from "../nn/index.ts";
import { add, equal, exp, matmul, relu, reshape, split, stopGradient, sum } from "../ops/index.ts";
import { peakActivationBytes } from "./activation-memory.ts";
import { constant, input } from "./leaves.ts";
import { peakLiveBytes } from "./liveness.ts";
import type { Tensor } from "./tensor.ts";

const FLOAT = 4;

describe("peakActivationBytes", () => {
  const x = input("x", ["batch", 10]);

  it("of a chain is the input, and the two largest neighbours", () => {
    const wide = matmul(x, constant(new Array<number>(300).fill(1), [10, 30])); // [batch, 30]
    const y = sum(relu(wide), { axes: 1 }); // [batch]
    // The input stays; Relu reads 30 values while it makes 30.
    expect(peakActivationBytes({ y })).toBe(FLOAT * (10 + 30 + 30));
    expect(peakActivationBytes({ y }, { batch: 7 })).toBe(7 * FLOAT * (10 + 30 + 30));
  });

  it("holds a value that a later node reads again", () => {
    const y = relu(x);
    const z = add(exp(exp(y)), y);
    // At the second Exp: x, y, and the two sides of Exp.
    expect(peakActivationBytes({ z })).toBe(FLOAT * 40);
    expect(peakActivationBytes({ z: exp(exp(y)) })).toBe(FLOAT * 30);
  });

  it("holds results to the end", () => {
    const a = relu(x);
    const b = exp(exp(exp(x)));
    expect(peakActivationBytes({ b })).toBe(FLOAT * 30);
    expect(peakActivationBytes({ a, b })).toBe(FLOAT * 40);
    expect(peakActivationBytes({ a: reshape(a, ["batch", 2, 5]), b })).toBe(FLOAT * 40);
  });

  it("counts a reshaped value once, and for as long as any of its shapes is read", () => {
    const y = relu(x);
    const flat = stopGradient(reshape(y, ["batch", 2, 5]));
    expect(peakActivationBytes({ z: exp(flat) })).toBe(FLOAT * 30);
    const kept = add(reshape(exp(exp(flat)), ["batch", 10]), y);
    expect(peakActivationBytes({ kept })).toBe(FLOAT * 40);
  });

  it("counts every output of a node, read or not", () => {
    const [first] = split(relu(x), { axis: 1, sizes: [2, 8] });
    expect(peakActivationBytes({ first: first! })).toBe(FLOAT * 30);
  });

  it("counts one byte for a boolean", () => {
    expect(peakActivationBytes({ y: equal(x, 0) })).toBe(10 * FLOAT + 10);
  });

  it("does not count parameters", () => {
    const { weight, bias } = new Linear({ inFeatures: 10, outFeatures: 30 });
    const y = add(matmul(x, weight.value, { transB: true }), bias!.value);
    expect(peakActivationBytes({ y })).toBe(FLOAT * (10 + 30 + 30));
  });

  it("asks for the sizes of symbols", () => {
    expect(() => peakActivationBytes({ y: relu(x) }, {})).toThrow(
      expect.objectContaining({ code: "unbound-size" }),
    );
  });
});

it("a graph needs at least its largest step and at most everything at once", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 12 }), (links) => {
      const values: Tensor[] = [input("x", [8])];
      for (const [a, b] of links) values.push(add(values[a % values.length]!, values[b % values.length]!));
      const bytes = 8 * FLOAT;
      const peak = peakActivationBytes({ y: values.at(-1)! });
      expect(peak).toBeGreaterThanOrEqual(2 * bytes);
      expect(peak).toBeLessThanOrEqual(values.length * bytes);
    }),
  );
});

it("a value that nothing reads is gone after its step", () => {
  const [a, b, c] = [{}, {}, {}];
  const steps = [a, b, c].map((value) => ({ reads: [], makes: [{ value, bytes: 5 }] }));
  expect(peakLiveBytes(steps, new Map([[{}, 3]]), [])).toBe(8);
  expect(peakLiveBytes(steps, new Map(), [a, c])).toBe(10);
});
