// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { smallReport } from "./report.fixture.ts";
import { parseVerifyReport, verifyJsonSchema } from "./verify-report.ts";

describe("parseVerifyReport", () => {
  it("reads back what was written", () => {
    const report = smallReport();
    expect(parseVerifyReport(JSON.parse(JSON.stringify(report)))).toEqual(report);
  });

  it.each([
    ["another schema", { schema: "semlink-verify/2" }],
    ["an unknown key", { speed: 1 }],
    ["a figure without a source", { checks: [{ ...smallReport().checks[0], source: undefined }] }],
    ["a figure that is not a number", { checks: [{ ...smallReport().checks[0], simulated: null }] }],
    ["a chart that does not exist", { curves: [{ ...smallReport().curves[0], chart: "other" }] }],
  ])("refuses %s", (_what, change) => {
    expect(() => parseVerifyReport({ ...smallReport(), ...change })).toThrow();
  });
});

describe("verifyJsonSchema", () => {
  it("asks for every field of a check", () => {
    const { properties } = verifyJsonSchema() as {
      properties: { checks: { items: { required: string[] } } };
    };
    expect(properties.checks.items.required.toSorted()).toEqual(
      Object.keys(smallReport().checks[0]!).toSorted(),
    );
  });
});
