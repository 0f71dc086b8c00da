// SPDX-License-Identifier: Apache-2.0
import { Build, graphCost, input, rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { cellEdges } from "../../cells/cell-plan.ts";
import { k7 } from "../../cells/primitive-sets.ts";
import { defineExperiment } from "../../experiment.ts";
import type { ProposalConfig } from "../search-config.ts";
import { proposalOf } from "../search-config.ts";
import type { SearchEpoch } from "../search-results.ts";
import { strongestPrimitives } from "../supernet/edge-weights.ts";
import { Supernet } from "../supernet/supernet.ts";
import { searchMacs, supernetMacs, trialMacs } from "./search-cost.ts";

const { search } = defineExperiment({ name: "cost" });
const shape = { imageShape: [3, 16, 16], embedDim: 8 } as const;
const configOf = (overrides: object): ProposalConfig =>
  proposalOf(search, { channels: 8, numCellNodes: 2, ...overrides });
const strengths = (seed: number): SearchEpoch["strengths"] => {
  const rows = cellEdges(2).map((_, edge) => [...rngFrom(seed).fold(edge).uniform(k7.length)]);
  const kept = strongestPrimitives(rows, k7, 0.5);
  const pruned = rows.map((row, edge) => row.map((value, column) => (kept[edge]![column] ? value : 0)));
  return { normal: pruned, reduce: pruned };
};

describe("supernetMacs", () => {
  it.each([
    { what: "all primitives on half of the channels", partialChannels: 2, pruned: null },
    { what: "all primitives on all channels", partialChannels: 1, pruned: null },
    { what: "those that pruning left", partialChannels: 2, pruned: strengths(1) },
  ])("are in closed form those of the graph, with $what", ({ partialChannels, pruned }) => {
    const config = configOf({ partialChannels });
    const { channels, numCells, numCellNodes, stemStride } = config;
    const tableOf = (rows: readonly (readonly number[])[]): boolean[][] =>
      rows.map((row) => row.map((value) => value > 0));
    const supernet = new Supernet({
      inChannels: 3,
      channels,
      numCells,
      numCellNodes,
      stemStride,
      head: { embedDim: 8 },
      primitives: k7,
      partialChannels,
      kept: pruned ? { normal: tableOf(pruned.normal), reduce: tableOf(pruned.reduce) } : undefined,
    });
    const build = new Build(supernet, { training: true });
    const y = build.apply(supernet, input("images", ["batch", ...shape.imageShape]));
    expect(supernetMacs(config, k7, shape, pruned)).toBe(graphCost({ y }).macs);
  });
});

describe("searchMacs", () => {
  const epochOf = (of: SearchEpoch["strengths"]): SearchEpoch =>
    ({ strengths: of }) as unknown as SearchEpoch;
  const whole = strengths(2);
  const overrides = { epochs: 4, warmupFraction: 0.25, numTrainImages: 100, batchSize: 32 };

  it("count warm-up once, alpha beside it, and what pruning left", () => {
    const config = configOf({ ...overrides, pruning: { atFraction: 0.5, keepFraction: 0.5 } });
    const epochs = [whole, whole, whole, whole].map(epochOf);
    const [forward, pruned] = [null, whole].map((left) => supernetMacs(config, k7, shape, left));
    // 3 steps of 32 images an epoch; a pass forward and back is three forward.
    const images = 3 * 96;
    const expected = images * (1 * forward! + 2 * forward! + 2 * 2 * pruned!);
    expect(searchMacs({ config, epochs }, k7, shape)).toBe(expected);
  });

  it("are more in the second order: five passes in the place of two", () => {
    const macsOf = (order: string): number => {
      const config = configOf({ ...overrides, warmupFraction: 0, pruning: { atFraction: 1 }, order });
      return searchMacs({ config, epochs: [] }, k7, shape);
    };
    expect(macsOf("unrolled") / macsOf("first")).toBeCloseTo(2.5, 12);
  });
});

describe("trialMacs", () => {
  it("are those of all images and epochs, forward and back, and of no more images than there are", () => {
    expect(trialMacs(1e6, { numImages: 200, epochs: 2 }, 1000)).toBe(3 * 1e6 * 400);
    expect(trialMacs(1e6, { numImages: 200, epochs: 2 }, 60)).toBe(3 * 1e6 * 120);
  });
});
