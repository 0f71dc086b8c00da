// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { tinyProblem } from "../../link/tiny-problem.fixture.ts";
import { accuracyOf, predictionsOf } from "./decisions.ts";

describe("predictionsOf", () => {
  it("is the first largest logit of each row", () => {
    expect([...predictionsOf(Float32Array.of(0, 2, 1, 5, 5, -1, -3, -2, -2), 3)]).toEqual([1, 0, 1]);
  });

  it("tells 256 classes apart, and refuses more instead of counting them anew from 0", () => {
    const numClasses = 256;
    const last = new Float32Array(numClasses);
    last[255] = 1;
    expect([...predictionsOf(last, numClasses)]).toEqual([255]);
    expect(() => predictionsOf(new Float32Array(257), 257)).toThrow(
      expect.objectContaining({ code: "too-many-classes" }),
    );
  });
});

describe("accuracyOf", () => {
  const set = { ...tinyProblem().data.test, labels: Uint8Array.of(0, 1, 2, 3), count: 4 };
  const accuracy = accuracyOf({ numClasses: 4 });
  const truth = { set, sizes: { numClasses: 4 } };

  it("is 1 for a right decision and 0 for a wrong one", () => {
    expect([...accuracy.ofItems({ decisions: Uint8Array.of(0, 2, 2, 0) }, truth)!]).toEqual([1, 0, 1, 0]);
  });

  it("counts a guess as its expectation", () => {
    const decisions = Uint8Array.of(0, 2, 2, 0);
    const guessed = Float32Array.of(0.5, 0.5, 1, 1);
    expect([...accuracy.ofItems({ decisions, guessed }, truth)!]).toEqual([0.625, 0.125, 0.25, 0.25]);
    expect(accuracy.chance).toBe(0.25);
  });
});
