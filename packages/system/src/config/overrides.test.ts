// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import {
  applyOverrides,
  defineExperiment,
  type Experiment,
  type ExperimentInput,
  parseExperiment,
} from "../experiment.ts";
import { presetNamed } from "../presets/presets.ts";

function rejection(work: () => unknown): SemlinkError {
  try {
    work();
  } catch (error) {
    if (error instanceof SemlinkError) return error;
  }
  throw new Error("expected a SemlinkError");
}

describe("applyOverrides", () => {
  const set = (...overrides: string[]): Experiment =>
    parseExperiment(applyOverrides(presetNamed("quick"), overrides), "quick");

  it("sets single keys and leaves the rest", () => {
    const experiment = set(
      "codec.maxSymbols=32",
      "codec.channels=[awgn]",
      "data.testLimit = 500",
      "name=mine",
    );
    const quick = set();
    expect(experiment).toEqual({
      ...quick,
      name: "mine",
      data: { ...quick.data, testLimit: 500 },
      codec: { ...quick.codec, maxSymbols: 32, lengths: [4, 8, 16, 32], channels: ["awgn"] },
      evaluate: { ...quick.evaluate, lengths: [4, 8, 16, 32], channels: ["awgn"] },
    });
  });

  it("sets a whole section, and the last override of a key wins", () => {
    expect(set(`codec.esNoDb={"min": 0, "max": 10}`, "codec.esNoDb.max=5").codec.esNoDb).toEqual({
      min: 0,
      max: 5,
      lowEmphasis: 3,
    });
  });

  it("reads a value as a file would be read", () => {
    const rician = { model: "rician", kFactorDb: 6, form: "fast" };
    expect(set("codec.channels=[{ model: rician, kFactorDb: 6, form: fast }]").codec.channels).toEqual([
      rician,
    ]);
    expect(set("codec.esNoDb={ min: -5 }").codec.esNoDb).toEqual({ min: -5, max: 20, lowEmphasis: 3 });
    expect(set("distill.compareWithoutTeacher=False", "codec.lengths=[4, 8,]")).toMatchObject({
      distill: { compareWithoutTeacher: false },
      codec: { lengths: [4, 8] },
    });
    expect(rejection(() => set("codec.channels=[awgn")).message).toMatch(
      /override at codec\.channels: expected valid YAML, got .*value:1:\d+/,
    );
    expect(rejection(() => set("codec.channels.0=awgn")).message).toMatch(
      /a list is written whole: codec\.channels=\[\.\.\.\]/,
    );
  });

  it("undoes by null what a preset sets, and keeps a null that means something", () => {
    const smoke = (...overrides: string[]): Experiment =>
      parseExperiment(applyOverrides(presetNamed("smoke"), overrides), "smoke");
    expect(smoke().data.trainLimit).toBe(640);
    expect(smoke("data.trainLimit=null").data.trainLimit).toBeUndefined();
    expect(parseExperiment({ name: "x", codec: null }, "file").codec).toEqual(
      defineExperiment({ name: "x" }).codec,
    );
  });

  it("does not change what it is given", () => {
    const input: ExperimentInput = Object.freeze({ name: "x", codec: Object.freeze({ maxSymbols: 8 }) });
    expect(applyOverrides(input, ["codec.maxSymbols=16"]).codec).toEqual({ maxSymbols: 16 });
    expect(input.codec).toEqual({ maxSymbols: 8 });
  });

  it("names every key that does not exist and the nearest that does", () => {
    const overrides = ["codec.maxSymbol=32", "seed.x=1", "seed", "__proto__.polluted=1"];
    const error = rejection(() => applyOverrides({ name: "x" }, overrides));
    expect(error.code).toBe("invalid-config");
    expect(error.message).toMatch(/codec.maxSymbol: .*did you mean "maxSymbols"\?/);
    expect(error.message).toMatch(/seed.x: .*nothing below/);
    expect(error.message).toMatch(/"seed": expected key=value/);
    expect(error.message).toMatch(/__proto__: expected a known key/);
  });
});
