// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { formatGenotype } from "../../cells/genotype.ts";
import { k7 } from "../../cells/primitive-sets.ts";
import { edgeDistance, proposalsOf } from "./candidates.ts";
import { sampleGenotype } from "./genotype-draws.ts";
import { plannedStudy } from "../study.fixture.ts";

const { searches } = plannedStudy().setting;
const base = searches.slice(0, 1);
const options = { numCandidates: 6, numSamples: 2, accept: () => true, rng: rngFrom(1) };

describe("proposalsOf", () => {
  it("are different genotypes, as many as asked for", () => {
    const proposals = proposalsOf(searches, options);
    expect(new Set(proposals.map(({ genotype }) => formatGenotype(genotype))).size).toBe(6);
  });

  it("begin with the last of the search and have nothing of its warm-up", () => {
    const all = proposalsOf(base, { ...options, numCandidates: 100, numSamples: 0 });
    expect(all).toHaveLength(7); // 10 epochs, of which 3 warm up
    expect(all[0]!.epoch).toBe(9);
    expect(Math.min(...all.map(({ epoch }) => epoch))).toBe(3);
  });

  it("prefer what is far from those taken", () => {
    const [{ request, trace, primitives }] = base as [(typeof base)[number]];
    const last = trace.epochs.at(-1)!;
    const near = { ...last, epoch: 8, genotype: { ...last.genotype, reduce: last.genotype.reduce } };
    const nearNode = near.genotype.normal.with(0, trace.epochs[0]!.genotype.normal[0]!);
    const epochs = [
      ...trace.epochs.slice(0, 8),
      { ...near, genotype: { ...near.genotype, normal: nearNode } },
      last,
    ];
    const taken = proposalsOf([{ request, trace: { ...trace, epochs }, primitives }], {
      ...options,
      numCandidates: 3,
      numSamples: 0,
    });
    expect(taken.map(({ epoch }) => epoch)).not.toContain(8);
  });

  it("are only what is accepted", () => {
    const refused = formatGenotype(base[0]!.trace.genotype);
    const proposals = proposalsOf(base, {
      ...options,
      accept: (genotype) => formatGenotype(genotype) !== refused,
    });
    expect(proposals.map(({ genotype }) => formatGenotype(genotype))).not.toContain(refused);
  });

  it("have samples of every search in turn", () => {
    const samples = proposalsOf(searches, { ...options, numCandidates: 100, numSamples: 3 }).filter(
      ({ sample }) => sample !== null,
    );
    expect(samples.map(({ request }) => request.id).sort()).toEqual(["ce", "kdl", "no-penalty"]);
  });
});

describe("edgeDistance", () => {
  it("is 0 to itself and the share of edges that differ", () => {
    const { genotype } = base[0]!.trace;
    const [first, ...rest] = genotype.normal;
    const changed = {
      ...genotype,
      normal: [[{ ...first![0], primitive: "other" }, first![1]] as const, ...rest],
    };
    expect(edgeDistance(genotype, genotype)).toBe(0);
    expect(edgeDistance(changed, genotype)).toBe(1 / 12);
  });
});

describe("sampleGenotype", () => {
  const width = k7.length;
  const numDraws = 3000;

  it("draws primitives in proportion to their strength, never none", () => {
    const row = k7.map((_, column) => column + 1);
    const rows = Array.from({ length: 2 }, () => row);
    const draws = Array.from({ length: numDraws }, (_, draw) =>
      sampleGenotype({ normal: rows, reduce: rows }, k7, rngFrom(2).fold(draw)),
    ).flatMap(({ normal }) => normal.flat());
    const total = row.reduce((sum, strength) => sum + strength, 0) - row[0]!;
    k7.forEach(({ name, isNone }, column) => {
      const share = isNone ? 0 : row[column]! / total;
      const found = draws.filter(({ primitive }) => primitive === name).length / draws.length;
      expect(Math.abs(found - share)).toBeLessThanOrEqual(
        5 * Math.sqrt((share * (1 - share)) / draws.length),
      );
    });
  });

  it("draws pairs of inputs one after the other by their strength, in the order of the inputs", () => {
    const ofEdge = (strength: number): number[] => Array.from({ length: width }, () => strength);
    // The second node has inputs of strength 1, 2 and 5.
    const rows = [ofEdge(1), ofEdge(1), ofEdge(1), ofEdge(2), ofEdge(5)];
    const pairs = Array.from({ length: numDraws }, (_, draw) =>
      sampleGenotype({ normal: rows, reduce: rows }, k7, rngFrom(3).fold(draw)),
    ).map(({ normal }) => normal[1]!.map(({ from }) => from).join());
    const expected: Record<string, number> = {
      "0,1": (1 / 8) * (2 / 7) + (2 / 8) * (1 / 6),
      "0,2": (1 / 8) * (5 / 7) + (5 / 8) * (1 / 3),
      "1,2": (2 / 8) * (5 / 6) + (5 / 8) * (2 / 3),
    };
    for (const [pair, share] of Object.entries(expected)) {
      const found = pairs.filter((drawn) => drawn === pair).length / numDraws;
      expect(Math.abs(found - share)).toBeLessThan(5 * Math.sqrt((share * (1 - share)) / numDraws));
    }
  });

  it("never draws what was pruned", () => {
    const rows = Array.from({ length: 5 }, () => k7.map(({ name }) => (name === "conv_1x1" ? 0.3 : 0)));
    const { normal, reduce } = sampleGenotype({ normal: rows, reduce: rows }, k7, rngFrom(4));
    expect(new Set([...normal, ...reduce].flat().map(({ primitive }) => primitive))).toEqual(
      new Set(["conv_1x1"]),
    );
  });
});
