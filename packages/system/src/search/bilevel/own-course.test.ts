// SPDX-License-Identifier: Apache-2.0
import { adam, input } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { openGraph } from "../../open-graph.fixture.ts";
import { onOwnCourse } from "./own-course.ts";

describe("onOwnCourse", () => {
  it("moves by its own rate, whatever that of the step", async () => {
    const optimizer = onOwnCourse(adam({ beta1: 0.5 }), { learningRate: 0.25, firstStep: 0 });
    const { param } = optimizer.update({
      param: input("w", [2]),
      gradient: input("g", [2]),
      slots: { moment1: input("m", [2]), moment2: input("v", [2]) },
      scalars: {
        learningRate: input("learningRate", []),
        correction1: input("c1", []),
        correction2: input("c2", []),
      },
      policy: {},
    });
    const { run, inputNames } = await openGraph({ param });
    expect(inputNames).not.toContain("learningRate");
    const { correction1, correction2 } = optimizer.scalars(1);
    const result = await run({
      ...{ w: Float32Array.of(1, 1), g: Float32Array.of(3, -0.2) },
      ...{ m: new Float32Array(2), v: new Float32Array(2) },
      ...{ c1: Float32Array.of(correction1!), c2: Float32Array.of(correction2!) },
    });
    // The first step of Adam is the rate, against the sign of the gradient.
    expect(result.param[0]).toBeCloseTo(0.75, 5);
    expect(result.param[1]).toBeCloseTo(1.25, 5);
  });

  it("counts its steps from its first", () => {
    const rule = adam({ beta1: 0.5 });
    const optimizer = onOwnCourse(rule, { learningRate: 1, firstStep: 30 });
    expect(optimizer.scalars(31)).toEqual(rule.scalars(1));
    expect(optimizer.scalars(40)).toEqual(rule.scalars(10));
  });

  it("is one rule for all parameters, so that small ones are updated together", () => {
    const optimizer = onOwnCourse(adam(), { learningRate: 1, firstStep: 0 });
    const [first, second] = ["a", "b"].map((name) =>
      optimizer.elementwise({ name, shape: [2], trainable: true }),
    );
    expect(first).toBe(optimizer);
    expect(second).toBe(first);
  });
});
