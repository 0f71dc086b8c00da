// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { add, matmul, mul, sin, split, stopGradient, sum, tanh } from "../ops/index.ts";
import { opCasesList } from "../ops/index.cases.ts";
import { rngFrom } from "../random/index.ts";
import { float64Tensor } from "../testing/op-cases.ts";
import type { Feeds } from "../testing/interpreter.ts";
import { evaluate } from "../testing/interpreter.ts";
import { expectClose } from "../testing/matchers.ts";
import { gradients } from "../autodiff/gradient.ts";
import { input } from "./leaves.ts";
import { within } from "./scope.ts";
import { substitute } from "./substitute.ts";
import type { Tensor } from "./tensor.ts";

const draw = (name: string, shape: readonly number[]): Feeds[string] =>
  float64Tensor(
    shape,
    rngFrom(7)
      .fold(name)
      .normal(shape.reduce((size, dim) => size * dim, 1)),
  );

const x = input("x", ["batch", 3]);
const w = input("w", [3, 4]);
const y = input("y", ["batch", 3]);
const feeds = { x: draw("x", [2, 3]), w: draw("w", [3, 4]), y: draw("y", [2, 3]) };
const f = (from: Tensor): Tensor => sum(tanh(matmul(from, w)));
const valueOf = (tensor: Tensor): number => evaluate([tensor], feeds, opCasesList)[0]!.data[0]!;

describe("substitute", () => {
  it("computes f(y) from the graph of f(x)", () => {
    const [replaced] = substitute([f(x)], new Map([[x, y]]));
    expect(valueOf(replaced!)).toBe(valueOf(f(y)));
  });

  it("may put in a tensor that depends on the leaf it replaces", () => {
    const [replaced] = substitute([f(x)], new Map([[x, sin(x)]]));
    expect(valueOf(replaced!)).toBe(valueOf(f(sin(x))));
  });

  it("replaces several leaves at once, so that two can change places", () => {
    const difference = (a: Tensor, b: Tensor): Tensor => sum(add(tanh(a), mul(b, -2)));
    const [swapped] = substitute(
      [difference(x, y)],
      new Map([
        [x, y],
        [y, x],
      ]),
    );
    expect(valueOf(swapped!)).toBe(valueOf(difference(y, x)));
  });

  it("keeps which output of an operator is read", () => {
    const [, second] = split(w, { axis: 1, sizes: 2 });
    const [replaced] = substitute([sum(second!)], new Map([[w, mul(w, 3)]]));
    expectClose([valueOf(replaced!)], [3 * valueOf(sum(second!))], { relative: 1e-12, absolute: 1e-12 });
  });

  it("keeps what the gradient of a gradient is", () => {
    const slopeOf = (from: Tensor): Tensor => sum(gradients(f(from), [w])[0]!);
    const [replaced] = substitute([slopeOf(x)], new Map([[x, y]]));
    const [actual, expected] = [replaced!, slopeOf(y)].map((slope) => gradients(slope, [w])[0]!);
    const [a, b] = evaluate([actual!, expected!], feeds, opCasesList);
    expectClose(a!.data, b!.data, { relative: 1e-12, absolute: 1e-12 });
  });

  it("lets no gradient through a leaf that is stopped", () => {
    const [stopped] = substitute([f(x)], new Map([[x, stopGradient(x)]]));
    expect(() => gradients(stopped!, [x])).toThrow(/depends on "x"/);
    expect(gradients(stopped!, [w])).toHaveLength(1);
  });

  it("shares what does not depend on a replaced leaf", () => {
    const shared = sin(y);
    const [same, changed] = substitute([shared, add(shared, x)], new Map([[x, mul(x, 2)]]));
    expect(same).toBe(shared);
    expect(changed!.node.kind === "op" && changed!.node.inputs[0]).toBe(shared);
  });

  it("keeps module paths", () => {
    const [replaced] = substitute([within("student.stem", () => tanh(x))], new Map([[x, y]]));
    expect(replaced!.node.scope).toBe("student.stem");
  });

  it("is not bounded by depth", () => {
    let deep = x;
    for (let depth = 0; depth < 20_000; depth++) deep = add(deep, 1);
    expect(substitute([deep], new Map([[x, y]]))[0]!.shape).toEqual(x.shape);
  });

  it("refuses another shape, another type and what is no leaf", () => {
    expect(() => substitute([f(x)], new Map([[x, w]]))).toThrow(
      /expected float32 \[batch, 3\], got float32 \[3, 4\]/,
    );
    expect(() => substitute([f(x)], new Map([[x, input("i", ["batch", 3], "int32")]]))).toThrow(/int32/);
    expect(() => substitute([f(x)], new Map([[sin(x), x]]))).toThrow(/output of an operator/);
  });
});
