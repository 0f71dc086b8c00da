// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { type DoctorCheck, formatDoctor } from "./doctor-table.ts";

const checks: readonly DoctorCheck[] = [
  { name: "Node", state: "ok", found: "v20.20.2" },
  { name: "execution provider", state: "warning", found: "cpu", hint: "run npm run setup:cuda" },
  { name: "self-test", state: "failed", found: "loss 2.31, expected 2.30", hint: "report this" },
];

describe("formatDoctor", () => {
  it("aligns names and findings, puts hints under them and counts the problems", async () => {
    expect(await formatDoctor(checks, false)).toBe(
      [
        "✓  Node                v20.20.2",
        "!  execution provider  cpu",
        "                       → run npm run setup:cuda",
        "✗  self-test           loss 2.31, expected 2.30",
        "                       → report this",
        "",
        "1 failed, 1 warning",
      ].join("\n"),
    );
  });

  it("says so when everything is fine", async () => {
    expect((await formatDoctor(checks.slice(0, 1), false)).endsWith("\n\neverything is fine")).toBe(true);
  });

  it("colours the marks only where colours are understood", async () => {
    expect(await formatDoctor(checks, true)).toContain("\u001b[31m✗");
    expect(await formatDoctor(checks, false)).not.toContain("\u001b");
  });
});
