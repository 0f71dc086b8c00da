// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { parseResults, resultsJsonSchema } from "./parse-results.ts";
import { type Measured, type Results } from "./results.ts";
import { CLEAN_FIGURES } from "./figures.ts";
import { wilsonInterval } from "../numbers/statistics.ts";

const accuracy: Measured = wilsonInterval(8, 10, 0.95);

const texts = { label: "a figure", meaning: "what is counted", unit: "1" };
const results: Results = {
  schema: "semlink-results/2",
  name: "an invented run",
  task: { name: "classify" },
  figures: [
    { ...texts, id: "accuracy", isShare: true, chance: 0.1 },
    { ...texts, id: "error", isShare: false, chance: null },
  ],
  cleanFigures: CLEAN_FIGURES,
  channels: [{ id: "awgn", label: "AWGN", isFading: false }],
  main: "link",
  experiment: { seed: 1, anything: [null, { deep: true }] },
  provenance: {
    command: "semlink run",
    commit: "0000000",
    version: "0.1.0",
    node: "v20.19.0",
    onnxruntime: "1.30.0",
    executionProvider: "cpu",
    kernels: "NCHWc 16",
    cpu: "some processor",
    cores: 2,
    memoryGiB: 7.6,
    platform: "linux x64",
    seed: 1,
    configHash: "ab12",
    startedAt: "2026-01-02T03:04:05.678Z",
    durationS: 12.5,
    peakMemoryMiB: 900,
    stages: [{ stage: "data", durationS: 1, cached: true }],
  },
  conventions: ["y = h x + n"],
  clean: [
    {
      id: "student",
      label: "student",
      figures: { accuracy, teacherR2: { value: -0.5 }, teacherAgreement: accuracy },
    },
  ],
  lines: [
    {
      id: "link",
      label: "link",
      role: "link",
      channel: "awgn",
      points: [{ numSymbols: 16, cbr: 16 / 3072, esNoDb: -5, figures: { accuracy } }],
    },
  ],
  comparisons: [
    {
      id: "kd",
      label: "KD",
      figure: "accuracy",
      difference: { value: -0.01, low: -0.02, high: 0, n: 3, confidence: 0.95, method: "normal" },
    },
  ],
  ledger: [{ part: "head", side: "receiver", params: 10, macs: 0, note: "shared" }],
  curves: [{ stage: "transfer", metric: "loss", label: "loss", points: [[0, 2.3]] }],
};

/** The results with the value at `path` replaced. */
function altered(path: string, value: unknown): unknown {
  const copy = JSON.parse(JSON.stringify(results)) as Record<string, unknown>;
  const keys = path.split(".");
  const parent = keys.slice(0, -1).reduce((node, key) => node[key] as Record<string, unknown>, copy);
  parent[keys.at(-1)!] = value;
  return copy;
}

describe("parseResults", () => {
  it("gives back what JSON keeps, from text and from a value", () => {
    expect(parseResults(JSON.stringify(results), "results.json")).toEqual(results);
    expect(parseResults(results, "results.json")).toEqual(results);
  });

  it.each([
    [
      "lines.0.points.0.figures.accuracy",
      { value: 80, low: 80, high: 80, n: 1, confidence: 0.95, method: "normal" },
      "at lines[0].points[0].figures.accuracy.value: expected a share in [0, 1], got 80",
    ],
    [
      "lines.0.points.0.figures.accuracy.low",
      0.9,
      "at lines[0].points[0].figures.accuracy: expected low <= value <= high, got {",
    ],
    ["lines.0.points.0.figures.other", accuracy, "figures.other: expected a figure that the file describes"],
    ["comparisons.0.figure", "other", "comparisons[0].figure: expected a figure that the file describes"],
    ["lines.0.points.0.figures.accuracy.confidence", 0.9, "accuracy.confidence: expected 0.95, got 0.9"],
    ["lines.0.points.0.snr", 5, "at lines[0].points[0]: expected known keys only, got snr"],
    ["lines.0.channel", 7, "at lines[0].channel: expected string, got number"],
    ["lines.0.points.0.esNoDb", null, "at lines[0].points[0].esNoDb: expected number, got null"],
    [
      "clean.0.figures.accuracy",
      { ...accuracy, high: 1.5 },
      "at clean[0].figures.accuracy.high: expected a share",
    ],
    ["clean.0.figures.teacherR2", { value: Number.NaN }, "at clean[0].figures.teacherR2"],
    ["ledger.0.params", 1.5, "at ledger[0].params: expected int, got"],
    ["schema", "semlink-results/3", 'at schema: expected "semlink-results/2", got "semlink-results/3"'],
    [
      "provenance.startedAt",
      "yesterday",
      'at provenance.startedAt: expected Invalid ISO datetime, got "yesterday"',
    ],
    ["curves.0.points.0", [1], "at curves[0].points[0]"],
    ["name", undefined, "at name: expected string, got undefined"],
  ])("refuses %s = %j and says so", (path, value, message) => {
    expect(() => parseResults(altered(path, value), "results.json")).toThrow(
      expect.objectContaining({
        code: "invalid-results",
        message: expect.stringContaining(message) as string,
      }),
    );
  });

  it("refuses text that is not JSON, and JSON that is not an object", () => {
    expect(() => parseResults('{"schema":', "r.json")).toThrow(
      expect.objectContaining({
        code: "invalid-results",
        message: expect.stringContaining("r.json: expected JSON") as string,
      }),
    );
    expect(() => parseResults("[]", "r.json")).toThrow("r.json at the top: expected object, got array");
  });
});

describe("resultsJsonSchema", () => {
  it("is a strict schema with the keys of Results", () => {
    const schema = resultsJsonSchema() as {
      required: string[];
      additionalProperties: boolean;
      properties: object;
    };
    expect(schema.additionalProperties).toBe(false);
    expect(schema.required.sort()).toEqual(Object.keys(results).sort());
    expect(Object.keys(schema.properties)).toContain("bits");
  });

  it("describes every field of every object", () => {
    const properties = propertiesOf(resultsJsonSchema());
    const undescribed = properties.filter(({ description }) => !(description.length > 5));
    expect(undescribed).toEqual([]);
    expect(properties.length).toBeGreaterThan(100);
  });

  it.each([
    ["esNoDb", "[dB]"],
    ["sirDb", "[dB]"],
    ["sinrDb", "[dB]"],
    ["durationS", "[s]"],
    ["memoryGiB", "[GiB]"],
    ["peakMemoryMiB", "[MiB]"],
    ["numSymbols", "complex channel uses"],
    ["numPilots", "complex channel uses"],
  ])("states the unit of %s, %s", (name, unit) => {
    const found = propertiesOf(resultsJsonSchema()).filter((property) => property.name === name);
    expect(found.length).toBeGreaterThan(0);
    for (const { description } of found) expect(description).toContain(unit);
  });

  it("is itself JSON", () => {
    expect(JSON.parse(JSON.stringify(resultsJsonSchema()))).toEqual(resultsJsonSchema());
  });
});

/** Every property of every object of a JSON Schema, with its description. */
function propertiesOf(node: unknown): { name: string; description: string }[] {
  if (typeof node !== "object" || node === null) return [];
  const { properties = {} } = node as { properties?: Record<string, { description?: string }> };
  return [
    ...Object.entries(properties).map(([name, { description = "" }]) => ({ name, description })),
    ...Object.values(node).flatMap(propertiesOf),
  ];
}
