// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { darts8, k7, knownPrimitives, primitiveNamed, primitiveSet } from "./primitive-sets.ts";
import { none } from "./primitives/pools-and-skips.ts";

const namesOf = (set: readonly { readonly name: string }[]): string[] => set.map(({ name }) => name);

describe("primitive sets", () => {
  it("darts8 holds the eight of the original search", () => {
    expect(namesOf(darts8)).toEqual([
      "none",
      "max_pool_3x3",
      "avg_pool_3x3",
      "skip_connect",
      "sep_conv_3x3",
      "sep_conv_5x5",
      "dil_conv_3x3",
      "dil_conv_5x5",
    ]);
  });

  it("k7 holds seven, full convolutions among them", () => {
    expect(namesOf(k7)).toEqual([
      "none",
      "skip_connect",
      "avg_pool_3x3",
      "conv_1x1",
      "dil_conv_3x3",
      "sep_conv_3x3",
      "conv_3x3",
    ]);
  });

  it("all that come with semlink make a search space", () => {
    expect(primitiveSet(knownPrimitives)).toBe(knownPrimitives);
  });

  it("a name may not appear twice", () => {
    expect(() => primitiveSet([...k7, none])).toThrow(
      expect.objectContaining({ code: "invalid-primitive-set" }),
    );
  });

  it("there must be something to choose", () => {
    expect(() => primitiveSet([none])).toThrow(/other than none/);
  });

  it("an unknown name meets the nearest known one", () => {
    expect(() => primitiveNamed(k7, "sepconv_3x3")).toThrow(/did you mean "sep_conv_3x3"/);
  });
});
