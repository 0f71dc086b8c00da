// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { tinyProblem } from "../link/tiny-problem.fixture.ts";
import { classify } from "./classify.ts";
import { taskConformance } from "./task.conformance.ts";
import { taskNamed, tasks } from "./tasks.ts";

const { data } = tinyProblem();
const test = tinyProblem(120).data.train;

taskConformance(classify, {
  data: { ...data, test },
  rightAnswers: ({ set, sizes }, indices) => {
    const numClasses = sizes["numClasses"]!;
    return Float32Array.from({ length: indices.length * numClasses }, (_, i) =>
      set.labels[indices[Math.floor(i / numClasses)]!] === i % numClasses ? 10 : 0,
    );
  },
  sameToSoft: (logits) => logits.map((value) => 3 * value - 1),
});

describe("tasks", () => {
  it("are found by their names", () => {
    for (const task of tasks) expect(taskNamed(task.name)).toBe(task);
    expect(() => taskNamed("clasify")).toThrow(
      expect.objectContaining({ code: "unknown-task", hint: 'did you mean "classify"?' }),
    );
  });

  it("refuse data of more classes than a decision can tell apart", () => {
    const classNames = Array.from({ length: 257 }, (_, i) => `class ${i}`);
    expect(classify.sizes({ classNames: classNames.slice(0, 256) })).toEqual({ numClasses: 256 });
    expect(() => classify.sizes({ classNames })).toThrow(
      expect.objectContaining({ code: "too-many-classes" }),
    );
  });
});
