// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { Build, graphCost, input, relu } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { arbitraryGenotype } from "./arbitrary-genotype.fixture.ts";
import { DerivedNetwork } from "./cell-network.ts";
import type { CostOptions } from "./cost.ts";
import { genotypeCost } from "./cost.ts";
import { parseGenotype } from "./genotype.ts";
import { k7, knownPrimitives } from "./primitive-sets.ts";
import { FINAL_NORM } from "./primitives/primitive.ts";

// Liu et al. 2019, code, genotypes.py: DARTS_V2.
const DARTS_V2 = parseGenotype(`{
  "normal": [
    [["sep_conv_3x3", 0], ["sep_conv_3x3", 1]],
    [["sep_conv_3x3", 0], ["sep_conv_3x3", 1]],
    [["sep_conv_3x3", 1], ["skip_connect", 0]],
    [["skip_connect", 0], ["dil_conv_3x3", 2]]
  ],
  "reduce": [
    [["max_pool_3x3", 0], ["max_pool_3x3", 1]],
    [["skip_connect", 2], ["max_pool_3x3", 1]],
    [["max_pool_3x3", 0], ["skip_connect", 2]],
    [["skip_connect", 2], ["max_pool_3x3", 1]]
  ]
}`);

const PUBLISHED: CostOptions = {
  inChannels: 3,
  numCells: 20,
  numCellNodes: 4,
  channels: 36,
  stemStride: 1,
  head: { numClasses: 10 },
  imageHeight: 32,
  imageWidth: 32,
};

describe("cost", () => {
  it("of DARTS_V2 at C = 36, L = 20 is 3.349 M parameters and 528 M MACs", () => {
    const { params, macs } = genotypeCost(DARTS_V2, PUBLISHED);
    expect((params / 1e6).toFixed(3)).toBe("3.349");
    expect(Math.round(macs / 1e6)).toBe(528);
  });

  const pairs = knownPrimitives.flatMap((primitive) =>
    ([1, 2] as const).map((stride) => [primitive.name, stride, primitive] as const),
  );
  it.each(pairs)("of %s with stride %i is that of its graph, odd sizes too", (_name, stride, primitive) => {
    const channels = 6;
    const layer = primitive.create({ channels, stride, norm: FINAL_NORM });
    const raw = input("x", ["batch", channels, 7, 12]);
    const y = new Build(layer, { training: false }).apply(layer, { raw, rectified: relu(raw) });
    const size = { channels, stride, outHeight: Math.ceil(7 / stride), outWidth: 12 / stride };
    expect(y.shape).toEqual(["batch", channels, size.outHeight, size.outWidth]);
    expect(primitive.cost(size)).toEqual(graphCost({ y }));
  });

  it("of a genotype in closed form is that of its network's graph", () => {
    const sizes = fc.record({
      numCells: fc.integer({ min: 1, max: 5 }),
      channels: fc.constantFrom(2, 4),
      stemStride: fc.constantFrom(1 as const, 2 as const),
      head: fc.constantFrom({ numClasses: 7 }, { embedDim: 5 }),
      imageHeight: fc.integer({ min: 14, max: 36 }),
      imageWidth: fc.constantFrom(16, 28, 30),
    });
    fc.assert(
      fc.property(arbitraryGenotype(k7, 3), sizes, (genotype, size) => {
        const options: CostOptions = { ...PUBLISHED, ...size, numCellNodes: 3 };
        const network = new DerivedNetwork({ ...options, genotype });
        const images = input("images", ["batch", 3, options.imageHeight, options.imageWidth]);
        const y = new Build(network, { training: false }).apply(network, images);
        expect(genotypeCost(genotype, options)).toEqual(graphCost({ y }));
      }),
      { numRuns: 30 },
    );
  });
});
