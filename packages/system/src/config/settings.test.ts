// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { mergeSettings, parseSettings } from "./settings.ts";

describe("settings", () => {
  it("are empty for an empty text", () => {
    expect(parseSettings("# nothing yet\n", "file.yaml")).toEqual({});
  });

  it("merge without touching what they are merged from", () => {
    const base = { a: { b: 1, c: [1, 2] }, d: 4 };
    expect(mergeSettings(base, { a: { c: [3] }, d: { e: 5 } })).toEqual({ a: { b: 1, c: [3] }, d: { e: 5 } });
    expect(base).toEqual({ a: { b: 1, c: [1, 2] }, d: 4 });
  });

  it("cannot reach the prototype of objects", () => {
    const settings = mergeSettings({}, parseSettings("__proto__: { polluted: 1 }\n", "file.yaml"));
    expect(Object.keys(settings)).toEqual(["__proto__"]);
    expect("polluted" in {}).toBe(false);
  });

  it.each([
    ["- a\n", /file\.yaml: expected settings as `key: value`, got a list/],
    ["text\n", /expected settings as `key: value`, got "text"/],
  ])("are a mapping, not %j", (text, message) => {
    expect(() => parseSettings(text, "file.yaml")).toThrow(message);
  });
});
