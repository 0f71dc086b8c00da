// SPDX-License-Identifier: Apache-2.0
import { nameTree, paramsOf } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import type { StudentConfig } from "../experiment.ts";
import { cellsConfig } from "../student/cells.fixture.ts";
import { tinyNetwork, tinyProblem } from "../link/tiny-problem.fixture.ts";
import { transferOptimization } from "./transfer.ts";

const { shape, experiment } = tinyProblem();
const { transfer } = experiment.distill;

/** Names of the parameters at the learning rate of Muon. */
function orthogonalized(student: StudentConfig, optimizer: "muon" | "sgd" = "muon"): string[] {
  const network = tinyNetwork(shape, student);
  nameTree(network);
  const { policy } = transferOptimization({ ...transfer, optimizer }, network.head);
  return paramsOf(network)
    .filter(
      (param) => policy(param).learningRateScale === transfer.muonLearningRate / transfer.peakLearningRate,
    )
    .map(({ name }) => name);
}

const cells: StudentConfig = { ...experiment.student, architecture: "cells", cells: cellsConfig() };

describe("transferOptimization", () => {
  it("orthogonalises filters and projector of the hand-made network, and neither head nor norms", () => {
    expect(orthogonalized(experiment.student)).toEqual([
      "student.stages.0.reduce.conv.weight",
      "student.stages.1.reduce.conv.weight",
      "student.stages.1.refine.0.conv.weight",
      "student.projector.weight",
    ]);
  });

  it("leaves the depthwise filters of cells to the other rule, their pointwise ones not", () => {
    const names = orthogonalized(cells);
    expect(names.filter((name) => name.includes("depthwise"))).toEqual([]);
    expect(names.filter((name) => name.includes("sep_conv_3x3.first.pointwise"))).not.toEqual([]);
    expect(names).toContain("student.head.linear.weight");
    expect(names).not.toContain("head.weight");
  });

  it("scales nothing under SGD", () => {
    expect(orthogonalized(cells, "sgd")).toEqual([]);
  });
});
