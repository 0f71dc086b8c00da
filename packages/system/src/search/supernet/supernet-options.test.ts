// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "@semlink/engine";
import { add, Build, constant, gradients, input, paramsOf, rngFrom, sum } from "@semlink/engine";
import { expectClose } from "@semlink/engine/testing";
import { describe, expect, it } from "vitest";
import { cellEdges } from "../../cells/cell-plan.ts";
import { k7 } from "../../cells/primitive-sets.ts";
import { drawnWeights, openGraph } from "../../open-graph.fixture.ts";
import { edgeTables } from "./edge-weights.ts";
import type { SupernetControls, SupernetOptions } from "./supernet.ts";
import { Supernet } from "./supernet.ts";

const OPTIONS: SupernetOptions = {
  inChannels: 3,
  numCells: 3,
  numCellNodes: 2,
  channels: 4,
  stemStride: 1,
  head: { numClasses: 5 },
  primitives: k7,
  partialChannels: 2,
};
const SIDE = 8;
const IMAGES = rngFrom(5).normal(2 * 3 * SIDE * SIDE);
const EDGES = cellEdges(2);

const supernetWith = (options: Partial<SupernetOptions> = {}): Supernet =>
  new Supernet({ ...OPTIONS, ...options });

function outputOf(network: Supernet, controls: SupernetControls = {}): Tensor {
  const build = new Build(network, { training: true });
  return build.apply(network, input("images", ["batch", 3, SIDE, SIDE]), controls);
}

const WEIGHTS = drawnWeights(supernetWith(), 1);

async function valuesOf(
  y: Tensor,
  values: Readonly<Record<string, Float32Array>> = {},
): Promise<Float32Array> {
  const { run } = await openGraph({ y }, WEIGHTS);
  return (await run({ images: IMAGES, ...values })).y;
}

describe("auxiliary skip", () => {
  it("changes nothing at the factor 0, and something above it", async () => {
    const without = await valuesOf(outputOf(supernetWith()));
    const y = outputOf(supernetWith(), { auxiliarySkip: input("factor", []) });
    expectClose(await valuesOf(y, { factor: Float32Array.of(0) }), without, {
      relative: 1e-6,
      absolute: 1e-6,
    });
    const added = await valuesOf(y, { factor: Float32Array.of(0.5) });
    expect(Math.max(...added.map((value, i) => Math.abs(value - without[i]!)))).toBeGreaterThan(1e-3);
  });

  it("has no parameters", () => {
    const network = supernetWith();
    outputOf(network, { auxiliarySkip: constant(1) });
    expect(new Set(paramsOf(network).map(({ name }) => name))).toEqual(new Set(WEIGHTS.keys()));
  });
});

describe("pruned supernet", () => {
  const row = (gone: number): boolean[] => k7.map((_, column) => (column + gone) % 3 !== 0);
  const kept = { normal: EDGES.map((_, edge) => row(edge)), reduce: EDGES.map((_, edge) => row(edge + 1)) };

  it("agrees with the whole one whose alpha rules the same primitives out", async () => {
    const pruned = await valuesOf(outputOf(supernetWith({ kept })));
    const whole = supernetWith();
    const masked = new Map(WEIGHTS);
    for (const [name, table] of [
      ["alphaNormal", kept.normal],
      ["alphaReduce", kept.reduce],
    ] as const) {
      const flat = table.flat();
      masked.set(
        name,
        WEIGHTS.get(name)!.map((value, i) => (flat[i]! ? value : -200)),
      );
    }
    const { run } = await openGraph({ y: outputOf(whole) }, masked);
    expectClose(pruned, (await run({ images: IMAGES })).y, { relative: 1e-5, absolute: 1e-5 });
  });

  it("has the parameters of what is left, under the names they had", () => {
    const pruned = supernetWith({ kept });
    outputOf(pruned);
    const names = paramsOf(pruned).map(({ name }) => name);
    expect(names.length).toBeLessThan(WEIGHTS.size);
    expect(names.every((name) => WEIGHTS.has(name))).toBe(true);
  });
});

describe("temperature of alpha", () => {
  it("divides alpha", async () => {
    const alpha = input("alpha", [EDGES.length, k7.length]);
    const { run } = await openGraph({
      sharp: edgeTables(alpha, null, 2, { temperature: 0.25 }).shares,
      plain: edgeTables(alpha, null, 2).shares,
    });
    const values = rngFrom(2).normal(EDGES.length * k7.length);
    const { sharp } = await run({ alpha: values });
    const { plain } = await run({ alpha: values.map((value) => 4 * value) });
    expectClose(sharp, plain, { relative: 1e-5, absolute: 1e-7 });
  });
});

describe("single-path sampling", () => {
  const paths = { pathNormal: rngFrom(8), pathReduce: rngFrom(9) };
  const noise = Object.fromEntries(
    Object.entries(paths).map(([name, rng]) => [name, rng.uniform(EDGES.length * k7.length)]),
  );

  it("draws one primitive for each edge: the path of the largest noise where alpha is even", async () => {
    const even = new Map(WEIGHTS);
    for (const name of ["alphaNormal", "alphaReduce"])
      even.set(name, new Float32Array(EDGES.length * k7.length));
    const drawn = await openGraph({ y: outputOf(supernetWith({ sampling: "single-path" })) }, even);
    const certain = new Map(even);
    for (const [name, path] of [
      ["alphaNormal", "pathNormal"],
      ["alphaReduce", "pathReduce"],
    ] as const) {
      const alpha = new Float32Array(EDGES.length * k7.length);
      EDGES.forEach((_, edge) => {
        const row = noise[path]!.subarray(edge * k7.length, (edge + 1) * k7.length);
        alpha[edge * k7.length + row.indexOf(Math.max(...row))] = 200;
      });
      certain.set(name, alpha);
    }
    const fixed = await openGraph({ y: outputOf(supernetWith()) }, certain);
    const expected = (await fixed.run({ images: IMAGES })).y;
    expectClose((await drawn.run({ images: IMAGES, ...noise })).y, expected, {
      relative: 1e-4,
      absolute: 1e-5,
    });
  });

  it("still has a gradient for every alpha", async () => {
    const network = supernetWith({ sampling: "single-path" });
    const y = outputOf(network);
    const [slope] = gradients(sum(add(y, 0)), [network.alphaNormal.value]);
    const { run } = await openGraph({ slope: slope! }, WEIGHTS);
    const values = (await run({ images: IMAGES, ...noise })).slope;
    expect(values.every((value) => Number.isFinite(value) && value !== 0)).toBe(true);
  });
});
