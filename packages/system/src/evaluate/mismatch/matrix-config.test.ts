// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { applyOverrides, defineExperiment, type ExperimentInput, parseExperiment } from "../../experiment.ts";

const withMatrix = (
  matrix: NonNullable<NonNullable<ExperimentInput["evaluate"]>["matrix"]>,
  lengths: readonly number[] = [4, 8, 16, 32],
): ExperimentInput => ({ name: "matrix", codec: { lengths }, evaluate: { matrix } });

describe("evaluate.matrix", () => {
  it("is absent unless it is written", () => {
    expect(defineExperiment({ name: "plain" }).evaluate.matrix).toBeUndefined();
  });

  it("has 2000 images at 0 and 10 dB by default, and the axes of the mismatch lab", () => {
    const { axes, ...matrix } = defineExperiment(withMatrix({})).evaluate.matrix!;
    const baselines = ["label-code", "repetition-qpsk"];
    expect(matrix).toEqual({ images: 2000, esNoDb: [0, 10], numSymbols: 16, baselines, against: [] });
    expect(axes.map(({ id }) => id)).toEqual([
      "channel",
      "told-es-no",
      "csi",
      "pilots",
      "ageing",
      "equalizer",
      "k-factor",
      "interference",
      "hardware",
    ]);
  });

  it("may have other lines, each once, and no limits", () => {
    const { baselines } = defineExperiment(withMatrix({ baselines: ["separation"] })).evaluate.matrix!;
    expect(baselines).toEqual(["separation"]);
    const twice = withMatrix({ baselines: ["separation", "separation"] });
    expect(() => defineExperiment(twice)).toThrow("names that differ");
    const limit = { ...withMatrix({}), evaluate: { matrix: { baselines: ["capacity"] } } };
    expect(() => parseExperiment(limit, "limit")).toThrow("evaluate.matrix.baselines");
  });

  it.each([
    [[4, 8, 16, 32], 16],
    [[4, 12], 12],
    [[20, 40], 20],
  ])("sends the codec's longest up to 16 symbols, or its shortest: of %j, %d", (lengths, numSymbols) => {
    expect(defineExperiment(withMatrix({}, lengths)).evaluate.matrix!.numSymbols).toBe(numSymbols);
  });

  it("comes into being with one key of it", () => {
    const { evaluate } = applyOverrides({ name: "set" }, ["evaluate.matrix.images=50"]);
    expect(evaluate).toEqual({ matrix: { images: 50 } });
  });

  const axis = (id: string, ...names: string[]): { id: string; title: string; conditions: never } => ({
    id,
    title: "an axis",
    conditions: names.map((name) => ({ name, channel: "awgn" })) as never,
  });
  it.each([
    [{ numSymbols: 5 }, /evaluate.matrix.numSymbols: expected some of codec.lengths = \[4,8,16,32\].*5/],
    [{ esNoDb: [10, 0] }, /evaluate.matrix.esNoDb: .*increase/],
    [{ images: 1 }, /evaluate.matrix.images: .*at least 2/],
    [{ axes: [axis("a", "x"), axis("a", "x")] }, /evaluate.matrix.axes: expected names that differ.*"a"/],
    [{ axes: [axis("a", "x", "x")] }, /evaluate.matrix.axes\[0\].conditions: .*differ.*"x"/],
    [{ axes: [axis("No id", "x")] }, /evaluate.matrix.axes\[0\].id/],
    [{ axes: [] }, /evaluate.matrix.axes/],
  ])("refuses %j", (matrix, message) => {
    expect(() => defineExperiment(withMatrix(matrix))).toThrow(message);
  });
});
