// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { tinyProblem } from "../../link/tiny-problem.fixture.ts";
import type { Figure } from "../../task/task.ts";
import { studentFigures } from "./student-figures.ts";

const { data } = tinyProblem(8);
const named = (id: string, summary: Figure["summary"], ofItems: Figure["ofItems"]): Figure => {
  return { id, label: id, meaning: id, unit: "1", isShare: false, chance: null, summary, ofItems };
};
const truth = { set: data.train, sizes: {} };

describe("studentFigures", () => {
  const missed = named("missed", "one-minus-mean", () => Float32Array.of(0.25, 0.5));
  const reached = named("reached", "mean", () => Float32Array.of(1, 0));
  const absent = named("absent", "mean", () => null);

  it("are means over items, and leave out what cannot be taken", () => {
    const { figures, outcomes } = studentFigures([reached, absent, missed], {}, truth);
    expect(figures).toEqual({ reached: 0.5, missed: 0.625 });
    expect([...outcomes]).toEqual([1, 0]);
  });

  it("have outcomes whose mean is the leading figure, more being better", () => {
    const { figures, outcomes } = studentFigures([missed], {}, truth);
    expect(figures).toEqual({ missed: 0.625 });
    expect([...outcomes]).toEqual([0.75, 0.5]);
  });

  it("need the leading one", () => {
    expect(() => studentFigures([absent, reached], { decisions: new Uint8Array(2) }, truth)).toThrow(
      expect.objectContaining({ code: "no-leading-figure" }),
    );
  });
});
