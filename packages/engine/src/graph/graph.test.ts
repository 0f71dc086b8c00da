// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { add, exp, matmul, mul, relu, stopGradient, sum } from "../ops/index.ts";
import { defineOp } from "./define-op.ts";
import { gradients } from "../autodiff/gradient.ts";
import { constant, input } from "./leaves.ts";
import { printGraph } from "./print.ts";
import { currentScope, within } from "./scope.ts";
import { topologicalOrder } from "./topology.ts";

describe("a graph", () => {
  it("prints one node a line, shapes and module path included", () => {
    const x = input("x", ["batch", 2]);
    const y = within("net.head", () => relu(matmul(x, constant([1, 2, 3, 4], [2, 2]))));
    expect(printGraph([y])).toMatchInlineSnapshot(`
      "%0 = input "x" : [batch, 2]
      %1 = constant [1,2,3,4] : [2, 2]  # net.head
      %2 = MatMul(%0, %1) {transA: false, transB: false} : [batch, 2]  # net.head
      %3 = Relu(%2) : [batch, 2]  # net.head
      return %3"
    `);
  });

  it("visits deep chains without recursion", () => {
    let x = input("x", []);
    for (let depth = 0; depth < 20_000; depth++) x = add(x, 1);
    expect(topologicalOrder([x]).length).toBeGreaterThan(20_000);
  });

  it("names the module path in shape errors and forgets it afterwards", () => {
    const x = input("x", ["batch", 3]);
    expect(() => within("student.cells.3", () => matmul(x, constant([1, 2], [2, 1])))).toThrow(
      /^student\.cells\.3 › MatMul/,
    );
    expect(currentScope()).toBe("");
  });

  it("refuses constants whose size is not that of their shape", () => {
    expect(() => constant([1, 2, 3], [2, 2])).toThrow(/expected 4 values for shape \[2, 2\], got 3 values/);
  });
});

describe("gradients", () => {
  it("have the shapes of what they are taken by, after broadcasting", () => {
    const a = input("a", ["batch", 4]);
    const b = input("b", [4]);
    const c = input("c", ["batch", 1]);
    const grads = gradients(sum(mul(mul(a, b), c)), [a, b, c]);
    expect(grads.map((gradient) => gradient.shape)).toEqual([a.shape, b.shape, c.shape]);
  });

  it("ask for a scalar, or for an upstream gradient", () => {
    const x = input("x", [3]);
    expect(() => gradients(exp(x), [x])).toThrow(/scalar/);
    expect(gradients(exp(x), [x], input("upstream", [3]))[0]!.shape).toEqual([3]);
  });

  it("name the input that the output does not depend on", () => {
    const x = input("x", []);
    expect(() => gradients(exp(x), [input("other", [])])).toThrow(/depends on "other"/);
    expect(() => gradients(exp(stopGradient(x)), [x])).toThrow(/depends on "x"/);
  });

  it("name an operator without a rule, with its path", () => {
    const opaque = defineOp({
      name: "Opaque",
      infer: ([type]) => [type!],
      vjp: "unsupported",
      emit: (onnx, inputs) => onnx.node("Identity", inputs),
    });
    const x = input("x", []);
    const y = within("net.layer", () => opaque.call([x], {}));
    expect(() => gradients(y, [x])).toThrow(/^net\.layer › Opaque.*\(stop the gradient before it/);
  });
});
