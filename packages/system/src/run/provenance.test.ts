// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import type { Provenance } from "../results/results.ts";
import { parseResults } from "../results/parse-results.ts";
import { provenanceOf } from "./provenance.ts";

function provenance(): Provenance {
  const versions = { semlink: "0.1.0", commit: "unknown", node: process.version, onnxruntime: "1.30.0" };
  return provenanceOf({
    resolved: {
      schema: "semlink-run/1",
      name: "quick",
      seed: 7,
      experiment: {},
      command: "semlink run --preset quick",
      configHash: "abc",
      startedAt: "2026-01-01T00:00:00.000Z",
      versions,
    },
    durationS: 5.5,
    timings: [
      { stage: "targets", durationS: 2, cached: true },
      { stage: "distill", durationS: 3.5, cached: false },
    ],
    peakMiB: 100_000,
    runtime: { executionProvider: "cpu", kernels: { name: "nchwc16" } },
  });
}

it("provenance fits the schema of results", () => {
  const own = provenance();
  const results = {
    schema: "semlink-results/1",
    name: "quick",
    experiment: {},
    provenance: own,
    conventions: [],
    clean: [],
    lines: [],
    comparisons: [],
    ledger: [],
    curves: [],
  };
  expect(parseResults(results, "test").provenance).toEqual(own);
});

it("provenance names the run, the software and what it took", () => {
  expect(provenance()).toMatchObject({
    command: "semlink run --preset quick",
    version: "0.1.0",
    node: process.version,
    kernels: "nchwc16",
    seed: 7,
    configHash: "abc",
    durationS: 5.5,
  });
});

it("peak memory counts this process and the children alive together", () => {
  const { peakMemoryMiB } = provenance();
  expect(peakMemoryMiB).toBeGreaterThan(100_000);
  expect(peakMemoryMiB).toBeLessThan(100_000 + 8_000);
});
