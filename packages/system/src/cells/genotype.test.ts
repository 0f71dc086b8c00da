// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryGenotype } from "./arbitrary-genotype.fixture.ts";
import { formatGenotype, parseGenotype } from "./genotype.ts";
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
