// SPDX-License-Identifier: Apache-2.0
import * as fc from "fast-check";
import type { Tensor } from "@semlink/engine";
import { gradients, input, rngFrom } from "@semlink/engine";
import { expectClose } from "@semlink/engine/testing";
import { describe, expect, it } from "vitest";
import { arbitraryGenotype } from "../../cells/arbitrary-genotype.fixture.ts";
import { cellEdges } from "../../cells/cell-plan.ts";
import type { CostOptions } from "../../cells/cost.ts";
import { genotypeCost, spaceCost } from "../../cells/cost.ts";
import { k7 } from "../../cells/primitive-sets.ts";
import { openGraph } from "../../open-graph.fixture.ts";
import type { CellTables } from "./expected-cost.ts";
import { complexityPenalty, entropyPenalty, expectedCost } from "./expected-cost.ts";
import { edgesOfGenotype } from "../propose/one-shot.ts";
import { edgeTables } from "../supernet/edge-weights.ts";

const SIZES: CostOptions = {
  inChannels: 3,
  imageHeight: 32,
  imageWidth: 32,
  numCells: 5,
  numCellNodes: 3,
  channels: 16,
  stemStride: 2,
  head: { embedDim: 64 },
};
const NUM_EDGES = cellEdges(SIZES.numCellNodes).length;

const alphaNormal = input("alphaNormal", [NUM_EDGES, k7.length]);
const alphaReduce = input("alphaReduce", [NUM_EDGES, k7.length]);
const beta = input("beta", [NUM_EDGES]);
const drawn = {
  alphaNormal: rngFrom(1).normal(NUM_EDGES * k7.length),
  alphaReduce: rngFrom(2).normal(NUM_EDGES * k7.length),
  beta: rngFrom(3).normal(NUM_EDGES),
};

function tablesFrom(normalBeta: Tensor | null): CellTables {
  return {
    normal: edgeTables(alphaNormal, normalBeta, SIZES.numCellNodes),
    reduce: edgeTables(alphaReduce, null, SIZES.numCellNodes),
  };
}

describe("expected cost", () => {
  it("is at a one-hot architecture the cost of its network", async () => {
    const shares = (kind: string): Tensor => input(`${kind}Shares`, [NUM_EDGES, k7.length]);
    const edges = (kind: string): Tensor => input(`${kind}Edges`, [NUM_EDGES, 1]);
    const fed: CellTables = {
      normal: { shares: shares("normal"), edges: edges("normal") },
      reduce: { shares: shares("reduce"), edges: edges("reduce") },
    };
    const { run } = await openGraph<"macs" | "params">(expectedCost(fed, SIZES, k7));
    await fc.assert(
      fc.asyncProperty(arbitraryGenotype(k7, SIZES.numCellNodes), async (genotype) => {
        const table = edgesOfGenotype(genotype, k7, true);
        const { macs, params } = await run({
          normalShares: Float32Array.from(table.normal.strengths.flat(), (value) => 2 * value),
          normalEdges: Float32Array.from(table.normal.edges!),
          reduceShares: Float32Array.from(table.reduce.strengths.flat(), (value) => 2 * value),
          reduceEdges: Float32Array.from(table.reduce.edges!),
        });
        const exact = genotypeCost(genotype, SIZES, k7);
        expectClose([macs[0]!, params[0]!], [exact.macs, exact.params], { relative: 1e-5, absolute: 0 });
      }),
      { numRuns: 30 },
    );
  });

  it("has for alpha the gradient survive · p_o (c_o - Σ p c)", async () => {
    const { macs } = expectedCost(tablesFrom(null), SIZES, k7);
    const { run } = await openGraph({ slope: gradients(macs, [alphaNormal])[0]! });
    const { slope } = await run(drawn);
    const cells = spaceCost(SIZES, k7).cells.filter(({ isReduction }) => !isReduction);
    const expected = cellEdges(SIZES.numCellNodes).flatMap(({ cellNode }, edge) => {
      const row = drawn.alphaNormal.subarray(edge * k7.length, (edge + 1) * k7.length);
      const powers = Array.from(row, (value, o) => (k7[o]!.isNone ? 0 : Math.exp(value)));
      const total = powers.reduce((sum, power) => sum + power, 0);
      const costs = k7.map((_, o) => cells.reduce((sum, { edges }) => sum + edges[edge]![o]!.macs, 0));
      const mean = powers.reduce((sum, power, o) => sum + (power / total) * costs[o]!, 0);
      const survive = 2 / (cellNode + 2);
      return powers.map((power, o) => survive * (power / total) * (costs[o]! - mean));
    });
    expectClose(slope, expected, { relative: 1e-4, absolute: 1 });
  });

  it("is charged by its logarithm, whose gradient is that of differences", async () => {
    const tables = tablesFrom(beta);
    const reference = { macs: 5e6, params: 4e4 };
    const penalty = complexityPenalty(expectedCost(tables, SIZES, k7), reference, "mix");
    const { run } = await openGraph({ penalty, slope: gradients(penalty, [alphaNormal])[0]! });
    const base = await run(drawn);
    // Along the gradient, where the change is largest beside the rounding of float32.
    const norm = Math.hypot(...base.slope);
    const at = async (step: number): Promise<number> => {
      const alpha = drawn.alphaNormal.map((value, i) => value + (step * base.slope[i]!) / norm);
      return (await run({ ...drawn, alphaNormal: alpha })).penalty[0]!;
    };
    expect(((await at(0.05)) - (await at(-0.05))) / 0.1 / norm).toBeCloseTo(1, 2);
  });

  it("costs nothing at the reference, whatever is counted", async () => {
    const expected = expectedCost(tablesFrom(beta), SIZES, k7);
    const costs = await openGraph<"macs" | "params">(expected);
    const { macs, params } = await costs.run(drawn);
    const reference = { macs: macs[0]!, params: params[0]! };
    const { run } = await openGraph(
      Object.fromEntries(
        (["macs", "params", "mix"] as const).map((measure) => [
          measure,
          complexityPenalty(expected, reference, measure),
        ]),
      ),
    );
    for (const value of Object.values(await run(drawn))) expect(Math.abs(value[0]!)).toBeLessThan(1e-6);
  });
});

describe("entropy of the edges", () => {
  it("is ln(numPrimitives) for even shares and 0 for certain ones", async () => {
    const { run } = await openGraph({ entropy: entropyPenalty(tablesFrom(null)) });
    const even = new Float32Array(NUM_EDGES * k7.length);
    const certain = even.map((_, i) => (i % k7.length === 2 ? 100 : 0));
    const entropyOf = async (alpha: Float32Array): Promise<number> =>
      (await run({ alphaNormal: alpha, alphaReduce: alpha })).entropy[0]!;
    expect(await entropyOf(even)).toBeCloseTo(Math.log(k7.length), 5);
    expect(await entropyOf(certain)).toBeCloseTo(0, 5);
  });
});
