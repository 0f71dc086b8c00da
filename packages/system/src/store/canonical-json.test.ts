// SPDX-License-Identifier: Apache-2.0
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, contentHash } from "./canonical-json.ts";

/** Any JSON value with the keys of every object turned round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, reversed(item)] as const);
  return Object.fromEntries(entries.reverse());
}

const json = fc.jsonValue({ noUnicodeString: false });

describe("canonicalJson", () => {
  it("does not depend on the order of keys", () => {
    fc.assert(fc.property(json, (value) => canonicalJson(value) === canonicalJson(reversed(value))));
  });

  it("reads back as the same value", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it("tells every two finite numbers apart", () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(fc.property(number, number, (a, b) => (canonicalJson(a) === canonicalJson(b)) === (a === b)));
  });

  it("sorts keys at every depth by code unit, numbers among them", () => {
    const value = { b: [{ z: 1, a: null }], 10: true, 9: "x", B: 0.1 };
    expect(canonicalJson(value)).toBe(`{"10":true,"9":"x","B":0.1,"b":[{"a":null,"z":1}]}`);
  });

  it("counts undefined entries as absent", () => {
    expect(canonicalJson({ a: 1, b: undefined })).toBe(canonicalJson({ a: 1 }));
  });

  it.each([
    ["NaN", { a: [Number.NaN] }, "value.a[0]", "NaN"],
    ["an undefined item", [undefined], "value[0]", "undefined"],
    ["a Map", { m: new Map() }, "value.m", "Map"],
    ["a typed array", new Float32Array(2), "value", "Float32Array"],
    ["a function", { f: String }, "value.f", "function"],
    ["a bigint", 1n, "value", "bigint"],
  ])("refuses %s, naming its place", (_title, value, where, actual) => {
    expect(() => canonicalJson(value)).toThrow(expect.objectContaining({ code: "not-json", where, actual }));
  });
});

describe("contentHash", () => {
  it("is the same in every version: stages of old runs are found again", () => {
    const key = contentHash({
      name: "distill",
      version: 1,
      inputs: { epochs: 12, rate: 0.1, widths: [16, 32] },
    });
    expect(key).toBe("434b886b1876e92287f7b408d169da669e42baa0eae6df87eeb4d323a6601238");
  });

  it("changes with any value", () => {
    fc.assert(
      fc.property(
        json,
        json,
        (a, b) => (contentHash(a) === contentHash(b)) === (canonicalJson(a) === canonicalJson(b)),
      ),
    );
  });
});
