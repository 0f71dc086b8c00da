// SPDX-License-Identifier: Apache-2.0
import { add, gradients, input, mul, square, sum } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { openGraph } from "../../open-graph.fixture.ts";
import { withGradients } from "./with-gradients.ts";

const a = input("a", [2]);
const b = input("b", [3]);
const feeds = { a: Float32Array.of(1, -2), b: Float32Array.of(0.5, 3, -1) };

describe("withGradients", () => {
  it("keeps the value and has the chosen gradients", async () => {
    const value = add(sum(square(a)), sum(b));
    const chosen = withGradients(value, [a, b], [mul(a, 7), mul(b, -2)]);
    const [slopeA, slopeB] = gradients(chosen, [a, b]);
    const { run } = await openGraph({ value: chosen, slopeA: slopeA!, slopeB: slopeB! });
    const results = await run(feeds);
    expect(results.value[0]).toBe(7.5);
    expect([...results.slopeA]).toEqual([7, -14]);
    expect([...results.slopeB]).toEqual([-1, -6, 2]);
  });

  it("lets no gradient through the value or the slopes", () => {
    const chosen = withGradients(sum(b), [a], [mul(a, sum(b))]);
    expect(() => gradients(chosen, [b])).toThrow(expect.objectContaining({ code: "not-connected" }));
  });
});
