// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { CostOptions } from "../../cells/cost.ts";
import { genotypeCost } from "../../cells/cost.ts";
import type { CellGenotype, Genotype } from "../../cells/genotype.ts";
import { k7 } from "../../cells/primitive-sets.ts";
import type { MeasuredEpoch } from "./search-epoch.ts";
import { meanMargin, numChanges, searchEpoch } from "./search-epoch.ts";
import type { SearchEpoch } from "../search-results.ts";
import type { CellReading } from "../supernet/search-network.ts";

const STUDENT: CostOptions = {
  inChannels: 3,
  imageHeight: 8,
  imageWidth: 8,
  numCells: 3,
  numCellNodes: 2,
  channels: 4,
  stemStride: 1,
  head: { embedDim: 8 },
};

const cellOf = (a: string, b: string): CellGenotype => [
  [
    { primitive: a, from: 0 },
    { primitive: b, from: 1 },
  ],
  [
    { primitive: a, from: 1 },
    { primitive: "conv_3x3", from: 2 },
  ],
];
const CONVS: Genotype = { normal: cellOf("conv_1x1", "conv_3x3"), reduce: cellOf("conv_1x1", "conv_3x3") };
const SKIPS: Genotype = { ...CONVS, normal: cellOf("skip_connect", "skip_connect") };

function recordOf(
  genotype: Genotype,
  earlier: readonly SearchEpoch[] = [],
  { entropy = 1.9, means = { lowerLoss: 2, taskGradient: 0.3, penaltyGradient: 0.1 } } = {},
): SearchEpoch {
  const cell: CellReading = {
    strengths: Array.from({ length: 5 }, () => k7.map(() => 1 / 7)),
    edges: null,
    entropy,
  };
  const measured: MeasuredEpoch = {
    means,
    genotype,
    complexityWeight: 0.05,
    oneShot: { loss: 1.5, figure: 0.25 },
    reading: { normal: cell, reduce: cell, expected: { macs: 100, params: 10 } },
  };
  return searchEpoch(measured, earlier, { student: STUDENT, primitives: k7 });
}

describe("record of an epoch", () => {
  it("states the cost of the network that would be derived", () => {
    expect(recordOf(CONVS).derived).toEqual(genotypeCost(CONVS, STUDENT, k7));
  });

  it("has gradient norms of 0 while alpha rests", () => {
    expect(recordOf(CONVS, [], { means: { lowerLoss: 2 } as never }).gradientNorm).toEqual({
      task: 0,
      penalty: 0,
    });
  });

  it("counts the edges that are new since the epoch before", () => {
    expect(recordOf(CONVS).numChanges).toBe(0);
    expect(recordOf(SKIPS, [recordOf(CONVS)]).numChanges).toBe(3);
  });

  it("warns when more than half of the normal edges are skips", () => {
    expect(recordOf(SKIPS).alarms).toEqual(["3 of 4 normal edges are skips"]);
    expect(recordOf(CONVS).alarms).toEqual([]);
  });

  it("warns when the entropy is a fifth of that of even shares", () => {
    expect(recordOf(CONVS, [], { entropy: 0.2 * Math.log(7) - 0.01 }).alarms).toHaveLength(2);
    expect(recordOf(CONVS, [], { entropy: 0.2 * Math.log(7) + 0.01 }).alarms).toEqual([]);
  });

  it("warns when three epochs of alpha change nothing", () => {
    const two = [recordOf(CONVS), recordOf(CONVS, [recordOf(CONVS)])];
    expect(recordOf(CONVS, two).alarms).toEqual(["no change for 3 epochs"]);
    expect(recordOf(CONVS, two.slice(1)).alarms).toEqual([]);
    expect(recordOf(SKIPS, two).alarms).not.toContain("no change for 3 epochs");
  });
});

describe("numChanges", () => {
  it("is 0 from a genotype to itself and counts another input as a change", () => {
    const [[first, second], last] = CONVS.normal as [CellGenotype[0], CellGenotype[0]];
    const moved: Genotype = {
      ...CONVS,
      normal: [
        [first, second],
        [{ ...last[0], from: 0 }, last[1]],
      ],
    };
    expect(numChanges(CONVS, CONVS)).toBe(0);
    expect(numChanges(CONVS, moved)).toBe(1);
  });
});

describe("meanMargin", () => {
  it("is the mean lead of the strongest primitive", () => {
    expect(meanMargin({ normal: [[0.5, 0.2, 0.3]], reduce: [[0.1, 0.1, 0.8]] })).toBeCloseTo(0.45, 12);
  });
});
