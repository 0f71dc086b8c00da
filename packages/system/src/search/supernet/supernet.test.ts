// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "@semlink/engine";
import {
  Build,
  gradients,
  input,
  paramsOf,
  rewriteGraph,
  rngFrom,
  square,
  sum,
  topologicalOrder,
} from "@semlink/engine";
import { expectClose } from "@semlink/engine/testing";
import { describe, expect, it } from "vitest";
import { DerivedNetwork } from "../../cells/cell-network.ts";
import type { CellNetworkOptions } from "../../cells/cell-plan.ts";
import { cellEdges, cellPlans, edgeIndex } from "../../cells/cell-plan.ts";
import type { CellGenotype, Genotype } from "../../cells/genotype.ts";
import { darts8, k7 } from "../../cells/primitive-sets.ts";
import { FactorizedReduce } from "../../cells/primitives/pools-and-skips.ts";
import { SEARCH_NORM } from "../../cells/primitives/primitive.ts";
import { drawnWeights, openGraph } from "../../open-graph.fixture.ts";
import type { SupernetOptions } from "./supernet.ts";
import { Supernet } from "./supernet.ts";

const SIZES: CellNetworkOptions = {
  inChannels: 3,
  numCells: 5,
  numCellNodes: 3,
  channels: 4,
  stemStride: 2,
  head: { numClasses: 6 },
};
const SIDE = 16;
const IMAGES = rngFrom(5).normal(2 * 3 * SIDE * SIDE);

function outputOf(network: Supernet | DerivedNetwork): Tensor {
  const build = new Build(network, { training: true });
  return build.apply(network, input("images", ["batch", 3, SIDE, SIDE]));
}

const GENOTYPE: Genotype = {
  normal: [
    [
      { primitive: "sep_conv_3x3", from: 0 },
      { primitive: "conv_3x3", from: 1 },
    ],
    [
      { primitive: "skip_connect", from: 0 },
      { primitive: "dil_conv_3x3", from: 2 },
    ],
    [
      { primitive: "avg_pool_3x3", from: 1 },
      { primitive: "conv_1x1", from: 3 },
    ],
  ],
  reduce: [
    [
      { primitive: "skip_connect", from: 0 },
      { primitive: "avg_pool_3x3", from: 1 },
    ],
    [
      { primitive: "sep_conv_3x3", from: 1 },
      { primitive: "skip_connect", from: 2 },
    ],
    [
      { primitive: "conv_3x3", from: 0 },
      { primitive: "dil_conv_3x3", from: 1 },
    ],
  ],
};

/** Alpha that is certain of the edges of a cell, and of none everywhere else. */
function certainAlpha(cell: CellGenotype): Float32Array {
  const alpha = new Float32Array(cellEdges(cell.length).length * k7.length);
  const chosen = new Map(
    cell.flatMap((edges, cellNode) =>
      edges.map(({ primitive, from }) => [edgeIndex({ cellNode, from }), primitive] as const),
    ),
  );
  cellEdges(cell.length).forEach((_, edge) => {
    const column = k7.findIndex(({ name }) => name === (chosen.get(edge) ?? "none"));
    alpha[edge * k7.length + column] = 200;
  });
  return alpha;
}

describe("Supernet", () => {
  it.each<[string, Partial<SupernetOptions>, number]>([
    ["k7 with half of the channels", { primitives: k7, partialChannels: 2 }, 6],
    ["darts8 with all channels", { primitives: darts8, numCells: 2 }, 6],
    ["an embedding head", { primitives: k7, head: { embedDim: 9 } }, 9],
  ])("maps images to its head's outputs: %s", async (_case, options, width) => {
    const supernet = new Supernet({ ...SIZES, primitives: k7, ...options });
    const y = outputOf(supernet);
    expect(y.shape).toEqual(["batch", width]);
    const { run } = await openGraph({ y }, drawnWeights(supernet, 1));
    const { y: values } = await run({ images: IMAGES });
    expect(values.every(Number.isFinite)).toBe(true);
    expect(values).toHaveLength(2 * width);
  });

  it("agrees with the network of a genotype when alpha is certain of it, with the very same weights", async () => {
    const supernet = new Supernet({ ...SIZES, primitives: k7 });
    const weights = drawnWeights(supernet, 2);
    weights.set("alphaNormal", certainAlpha(GENOTYPE.normal));
    weights.set("alphaReduce", certainAlpha(GENOTYPE.reduce));
    const derived = new DerivedNetwork({ ...SIZES, genotype: GENOTYPE, norm: SEARCH_NORM });
    const [whole, restricted] = [
      await openGraph({ y: outputOf(supernet) }, weights),
      await openGraph({ y: outputOf(derived) }, weights),
    ];
    expect(restricted.inputNames).toEqual(["images"]);
    const expected = (await whole.run({ images: IMAGES })).y;
    expect(Math.max(...expected)).toBeGreaterThan(0.1);
    expectClose((await restricted.run({ images: IMAGES })).y, expected, { relative: 1e-4, absolute: 1e-5 });
  });

  it("rectifies every input of a cell and every cell's output once", () => {
    const supernet = new Supernet({ ...SIZES, primitives: k7.filter(({ name }) => name !== "sep_conv_3x3") });
    const rectified = topologicalOrder([outputOf(supernet)]).flatMap((node) =>
      node.kind === "op" && node.name === "Relu" ? [node.inputs[0]] : [],
    );
    expect(new Set(rectified).size).toBe(rectified.length);
    // Stem; outputs of all cells but the last; two inputs and all nodes but the last of each cell.
    expect(rectified).toHaveLength(1 + 4 + 5 * (2 + 2));
  });

  it("computes the edges from one input of a cell side by side, with the same values and gradients", async () => {
    const supernet = new Supernet({
      ...SIZES,
      numCells: 3,
      numCellNodes: 2,
      primitives: k7,
      partialChannels: 2,
    });
    const plain = outputOf(supernet);
    const [joined] = rewriteGraph([plain]).outputs;
    const numConvs = (y: Tensor): number =>
      topologicalOrder([y]).filter((node) => node.kind === "op" && node.name === "Conv2d").length;
    expect(numConvs(joined!)).toBeLessThan(0.75 * numConvs(plain));
    const params = paramsOf(supernet).filter(({ trainable }) => trainable);
    const weights = drawnWeights(supernet, 4);
    const valuesOf = async (y: Tensor): Promise<Readonly<Record<string, Float32Array>>> => {
      const leaves = params.map(({ value }) => value);
      const slopes = gradients(sum(square(y)), leaves);
      const named = params.map(({ name }, index) => [`slope:${name}`, slopes[index]!] as const);
      return (await openGraph({ y, ...Object.fromEntries(named) }, weights)).run({ images: IMAGES });
    };
    const [expected, actual] = [await valuesOf(plain), await valuesOf(joined!)];
    for (const [name, values] of Object.entries(expected)) {
      const largest = Math.max(...values.map(Math.abs));
      expectClose(actual[name]!, values, { relative: 1e-3, absolute: 1e-3 * largest });
    }
  });

  it("gives every architecture parameter a gradient", async () => {
    const sizes = { ...SIZES, numCells: 3, numCellNodes: 2 };
    const supernet = new Supernet({ ...sizes, primitives: k7, partialChannels: 2 });
    const y = outputOf(supernet);
    const params = supernet.architectureParams();
    expect(params.map(({ name }) => name)).toEqual([
      "alphaNormal",
      "alphaReduce",
      "betaNormal",
      "betaReduce",
    ]);
    const slopes = gradients(
      sum(y),
      params.map(({ value }) => value),
    );
    const { run } = await openGraph(
      Object.fromEntries(params.map(({ name }, index) => [`slope:${name}`, slopes[index]!])),
      drawnWeights(supernet, 3),
    );
    for (const values of Object.values(await run({ images: IMAGES }))) {
      expect(values.every((value) => Number.isFinite(value) && value !== 0)).toBe(true);
    }
  });
});

describe("cellPlans", () => {
  it("reduces at a third and two thirds of the depth and doubles the channels there", () => {
    const plans = cellPlans({ ...SIZES, numCells: 20, channels: 36 });
    expect(plans.flatMap(({ isReduction }, cell) => (isReduction ? [cell] : []))).toEqual([6, 13]);
    expect([plans[5], plans[6], plans[13]].map((plan) => plan?.channels)).toEqual([36, 72, 144]);
  });
});

describe("DerivedNetwork", () => {
  it("asks for as many cell nodes as the genotype has", () => {
    expect(() => new DerivedNetwork({ ...SIZES, numCellNodes: 4, genotype: GENOTYPE })).toThrow(
      expect.objectContaining({ code: "genotype-size" }),
    );
  });

  it.each([
    [18, 18],
    [28, 28],
    [33, 30],
  ])("takes images whose halves are odd: %d x %d", (height, width) => {
    const network = new DerivedNetwork({ ...SIZES, genotype: GENOTYPE });
    const images = input("images", ["batch", 3, height, width]);
    expect(new Build(network, { training: false }).apply(network, images).shape).toEqual(["batch", 6]);
  });

  it("reduces an odd map as the even one that ends with a row and a column of zeros", async () => {
    const layer = new FactorizedReduce({ inChannels: 2, outChannels: 4, norm: SEARCH_NORM });
    const of = (side: number): Tensor =>
      new Build(layer, { training: false }).apply(layer, input(`x${side}`, ["batch", 2, side, side]));
    const odd = rngFrom(8).normal(2 * 7 * 7);
    const even = new Float32Array(2 * 8 * 8);
    odd.forEach((value, i) => {
      even[Math.floor(i / 49) * 64 + Math.floor((i % 49) / 7) * 8 + (i % 7)] = value;
    });
    const { run } = await openGraph({ odd: of(7), even: of(8) }, drawnWeights(layer, 3));
    const reduced = await run({ x7: odd, x8: even });
    expectClose(reduced.odd, reduced.even, { relative: 1e-5, absolute: 1e-6 });
  });
});
