// SPDX-License-Identifier: Apache-2.0
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contentHash } from "../store/canonical-json.ts";
import { stateInputs } from "./inputs.ts";
import { defineStage } from "./stage.ts";

const key = "a".repeat(64);
const keyOf = (inputs: object): string => contentHash(stateInputs(inputs).counted);

describe("inputs of a stage", () => {
  it("count an artifact by its key, whatever its value is", () => {
    const value = new Map([["weights", Float32Array.of(1)]]);
    const { given, artifacts } = stateInputs({
      teacher: { artifact: key, value },
      more: [{ artifact: key }],
    });
    expect(given).toEqual({ teacher: { artifact: key }, more: [{ artifact: key }] });
    expect(artifacts).toEqual([key]);
  });

  it("keep a field of that name which is no key", () => {
    const inputs = { noise: { artifact: "ringing", gain: 2 } };
    expect(stateInputs(inputs)).toEqual({ given: inputs, counted: inputs, artifacts: [] });
  });

  it("count a module by its digest, not by the path where it lies", () => {
    const at = (module: string): object => ({ channel: [{ module, digest: "d1", options: { a: 1 } }] });
    expect(keyOf(at("/home/a/own.js"))).toBe(keyOf(at("/srv/b/own.js")));
    expect(keyOf(at("/home/a/own.js"))).not.toBe(keyOf({ channel: [{ digest: "d2", options: { a: 1 } }] }));
    expect(stateInputs(at("/home/a/own.js")).given).toEqual(at("/home/a/own.js"));
    expect(keyOf({ module: "a" })).not.toBe(keyOf({ module: "b" }));
  });

  it("without artifacts and modules count as they are", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (inputs) => {
        fc.pre(!JSON.stringify(inputs).includes('"module"'));
        expect(keyOf(inputs)).toBe(contentHash(inputs));
      }),
    );
  });
});

describe("defineStage", () => {
  const definition = {
    maxCores: 1,
    produce: () => Promise.resolve(),
    read: () => Promise.resolve(0),
  };

  it.each([
    ["Count", 1],
    ["count", 0],
    ["count", 1.5],
    ["", 1],
    ["a_b", 1],
  ])("refuses the name %j with version %d", (name, version) => {
    expect(() => defineStage({ ...definition, name, version })).toThrow(
      expect.objectContaining({ code: "invalid-argument" }),
    );
  });

  it("takes a name in kebab-case", () => {
    expect(defineStage({ ...definition, name: "fine-tune", version: 2 })).toMatchObject({ version: 2 });
  });
});
