// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryGenotype } from "./arbitrary-genotype.fixture.ts";
import { formatGenotype, genotypeSchema, parseGenotype } from "./genotype.ts";
import { darts8 } from "./primitive-sets.ts";

describe("genotype JSON", () => {
  it("is read back as it was: parse(format(g)) = g", () => {
    fc.assert(
      fc.property(arbitraryGenotype(darts8, 4), (genotype) => {
        expect(parseGenotype(formatGenotype(genotype))).toEqual(genotype);
      }),
    );
  });

  it.each([
    {
      fault: "an input that comes later",
      node: '[["conv_1x1", 0], ["conv_1x1", 2]]',
      message: /inputs below 2/,
    },
    { fault: "one input twice", node: '[["conv_1x1", 1], ["skip_connect", 1]]', message: /different inputs/ },
    { fault: "a single edge", node: '[["conv_1x1", 1]]', message: /two edges/ },
    { fault: "an input that is no index", node: '[["conv_1x1", 0], ["conv_1x1", 0.5]]', message: /int/ },
  ])("rejects $fault", ({ node, message }) => {
    const parse = (): unknown => parseGenotype(`{ "normal": [${node}], "reduce": [${node}] }`);
    expect(parse).toThrow(expect.objectContaining({ code: "invalid-genotype" }));
    expect(parse).toThrow(message);
  });

  it("rejects cells of different length", () => {
    const node = '[["conv_1x1", 0], ["conv_1x1", 1]]';
    expect(() => parseGenotype(`{ "normal": [${node}, ${node}], "reduce": [${node}] }`)).toThrow(
      /as many nodes in both cells/,
    );
  });

  it("rejects text that is not JSON", () => {
    expect(() => parseGenotype("Genotype(normal=")).toThrow(/not JSON/);
  });
});

describe("genotype as DARTS prints it", () => {
  const CELL = [
    ["sep_conv_3x3", 0],
    ["sep_conv_3x3", 1],
    ["sep_conv_3x3", 0],
    ["sep_conv_3x3", 1],
    ["sep_conv_3x3", 1],
    ["skip_connect", 0],
    ["skip_connect", 0],
    ["dil_conv_3x3", 2],
  ] as const;
  const PAIRS = [0, 2, 4, 6].map((first) => CELL.slice(first, first + 2));
  const EXPECTED = parseGenotype(JSON.stringify({ normal: PAIRS, reduce: PAIRS }));
  const LISTS = { normal: CELL, normal_concat: [2, 3, 4, 5], reduce: CELL, reduce_concat: [2, 3, 4, 5] };

  it("is read from one list of eight edges for each cell", () => {
    expect(parseGenotype(JSON.stringify(LISTS))).toEqual(EXPECTED);
    expect(genotypeSchema.parse({ normal: CELL, reduce: PAIRS })).toEqual(EXPECTED);
  });

  it.each(["range(2, 6)", "[2, 3, 4, 5]"])("is read from what Python prints, nodes as %s", (nodes) => {
    const tuples = CELL.map(([name, from]) => `('${name}', ${from})`).join(", ");
    const repr = `Genotype(normal=[${tuples}], normal_concat=${nodes}, reduce=[${tuples},], reduce_concat=${nodes})`;
    expect(parseGenotype(repr)).toEqual(EXPECTED);
    expect(parseGenotype(`DARTS_V2 = ${repr}\n`)).toEqual(EXPECTED);
  });

  it("has two edges for each cell node", () => {
    const odd = { ...LISTS, normal: CELL.slice(1) };
    expect(() => parseGenotype(JSON.stringify(odd))).toThrow(/two edges .* in pairs or in one list/);
  });

  it("is refused where a cell puts out some of its nodes alone", () => {
    const some = { ...LISTS, reduce_concat: [4, 5] };
    expect(() => parseGenotype(JSON.stringify(some))).toThrow(/all cell nodes, \[2,3,4,5\]/);
  });
});
