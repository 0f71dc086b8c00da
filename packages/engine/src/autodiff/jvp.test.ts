// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { input } from "../graph/leaves.ts";
import { opCasesList } from "../ops/index.cases.ts";
import { add, matmul, mul, sin, softmax, sum, tanh } from "../ops/index.ts";
import { rngFrom } from "../random/index.ts";
import { nodeRuntime } from "../runtime/node.ts";
import { runIn } from "../testing/check-op-runtime.ts";
import { float64Tensor } from "../testing/op-cases.ts";
import type { Feeds } from "../testing/interpreter.ts";
import { evaluate } from "../testing/interpreter.ts";
import { expectClose } from "../testing/matchers.ts";
import { jvp } from "./jvp.ts";

const draw = (name: string, shape: readonly number[]): Feeds[string] =>
  float64Tensor(
    shape,
    rngFrom(5)
      .fold(name)
      .normal(shape.reduce((size, dim) => size * dim, 1)),
  );

const x = input("x", ["batch", 3]);
const w = input("w", [3, 4]);
const tangents = [input("dx", ["batch", 3]), input("dw", [3, 4])];
const hidden = tanh(matmul(x, w));
const outputs = [softmax(hidden), sum(mul(hidden, sin(hidden))), add(x, sum(w))];
const feeds: Feeds = {
  x: draw("x", [2, 3]),
  w: draw("w", [3, 4]),
  dx: draw("dx", [2, 3]),
  dw: draw("dw", [3, 4]),
};

/** Outputs at a point moved along the tangents. */
function movedBy(step: number): readonly Float64Array[] {
  const moved = (name: string): Feeds[string] => ({
    shape: feeds[name]!.shape,
    data: feeds[name]!.data.map((value, i) => value + step * feeds[`d${name}`]!.data[i]!),
  });
  return evaluate(outputs, { x: moved("x"), w: moved("w") }, opCasesList).map(({ data }) => data);
}

describe("jvp", () => {
  it("is the derivative of every output along the tangents, by central differences", () => {
    const products = evaluate(jvp(outputs, [x, w], tangents), feeds, opCasesList);
    const epsilon = 1e-5;
    const [ahead, behind] = [movedBy(epsilon), movedBy(-epsilon)];
    products.forEach(({ data }, index) => {
      const slopes = ahead[index]!.map((value, i) => (value - behind[index]![i]!) / (2 * epsilon));
      expectClose(data, slopes, { relative: 1e-8, absolute: 1e-8 }, `output ${index}`);
    });
  });

  it("has the shapes of the outputs", () => {
    expect(jvp(outputs, [x, w], tangents).map(({ shape }) => shape)).toEqual(
      outputs.map(({ shape }) => shape),
    );
  });

  it("is for a linear map the map of the tangent", () => {
    const [product, image] = [jvp([matmul(x, w)], [x], [tangents[0]!])[0]!, matmul(tangents[0]!, w)];
    const [actual, expected] = evaluate([product, image], feeds, opCasesList);
    expectClose(actual!.data, expected!.data, { relative: 1e-12, absolute: 1e-12 });
  });

  it("runs in float32 with a symbolic batch, and asks for nothing but inputs and tangents", async () => {
    const named = Object.fromEntries(
      jvp(outputs, [x, w], tangents).map((tensor, index) => [`product${index}`, tensor]),
    );
    const runtime = await nodeRuntime();
    const actual = await runIn(runtime, runtime.kernels, named, feeds);
    const expected = evaluate(Object.values(named), feeds, opCasesList);
    Object.keys(named).forEach((name, index) => {
      expectClose(actual[name]!, expected[index]!.data, { relative: 1e-5, absolute: 1e-5 }, name);
    });
  });

  it("names a tangent that does not fit", () => {
    expect(() => jvp(outputs, [x, w], [tangents[1]!, tangents[0]!])).toThrow(
      /jvp: expected .* of each: \[batch, 3\], \[3, 4\], got \[3, 4\], \[batch, 3\]/,
    );
  });

  it("refuses an output that does not depend on the inputs", () => {
    expect(() => jvp([tanh(w)], [x], [tangents[0]!])).toThrow(/depends on "x"/);
  });
});
