// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { defineExperiment } from "../experiment.ts";
import { proposalOf, proposalPart } from "./search-config.ts";

const { search } = defineExperiment({ name: "searched" });

describe("search section", () => {
  it("merges nested keys of a variant and replaces the others", () => {
    const changed = proposalOf(search, { complexity: { weight: 0.2 }, primitives: ["conv_1x1"], epochs: 3 });
    expect(changed.complexity).toEqual({ ...search.complexity, weight: 0.2 });
    expect(changed.primitives).toEqual(["conv_1x1"]);
    expect(changed).toEqual({ ...proposalPart(search), ...changed });
  });

  it("leaves selection, controls, finals and variants out of one search", () => {
    const behind = Object.keys(search).filter((key) => !(key in proposalPart(search)));
    expect(behind.toSorted()).toEqual(["controls", "finals", "pareto", "selection", "variants"]);
    expect(proposalOf(search, {})).toEqual(proposalPart(search));
  });

  it("names a key of a variant that does not exist", () => {
    const variants = [{ id: "bent", overrides: { complexity: { wieght: 1 } } }];
    expect(() => defineExperiment({ name: "searched", search: { variants } })).toThrow(
      /variants\[0\]\.overrides.*wieght/s,
    );
  });

  it("wants each variant to have an id of its own", () => {
    const variants = [{ id: "twin" }, { id: "twin" }];
    expect(() => defineExperiment({ name: "searched", search: { variants } })).toThrow(/an id of its own/);
  });

  it("wants K to divide the channels", () => {
    expect(() => defineExperiment({ name: "searched", search: { partialChannels: 3 } })).toThrow(
      /a divisor of 16/,
    );
  });

  it.each([
    { fault: "a name that nobody knows", primitives: ["conv_3x3", "conv_7x7"], message: /conv_7x7.*conv_/s },
    { fault: "nothing but none", primitives: ["none"], message: /other than none/ },
    {
      fault: "a name that stands twice",
      primitives: ["conv_3x3", "none", "conv_3x3"],
      message: /names that differ/,
    },
  ])("refuses primitives with $fault, in a variant too", ({ primitives, message }) => {
    expect(() => defineExperiment({ name: "searched", search: { primitives } })).toThrow(message);
    expect(() => defineExperiment({ name: "searched", search: { primitives } })).toThrow(
      /search\.primitives/,
    );
    const variants = [{ id: "own", overrides: { primitives } }];
    expect(() => defineExperiment({ name: "searched", search: { variants } })).toThrow(
      /variants\[0\]\.overrides/,
    );
  });
});
