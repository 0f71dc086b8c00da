// SPDX-License-Identifier: Apache-2.0
import type { SearchResults } from "@semlink/system";
import { describe, expect, it } from "vitest";
import { formatSearch } from "./print-search.ts";

const GENOTYPE = {
  normal: [
    [
      { primitive: "conv_3x3", from: 0 },
      { primitive: "skip_connect", from: 1 },
    ],
  ],
  reduce: [
    [
      { primitive: "conv_1x1", from: 0 },
      { primitive: "conv_3x3", from: 1 },
    ],
  ],
};

/** Two architectures and what was measured of them. */
const results = {
  architectures: [
    {
      id: "a",
      label: "epoch 9",
      origin: "kdl",
      macs: 13.9e6,
      params: 214e3,
      latencyMs: 2,
      genotype: GENOTYPE,
    },
    {
      id: "b",
      label: "hand-made",
      origin: "plain-cnn",
      macs: 14e6,
      params: 215e3,
      latencyMs: null,
      genotype: null,
    },
  ],
  figures: [{ id: "accuracy", label: "accuracy", isShare: true }],
  finals: [
    { architecture: "b", figures: { accuracy: 0.7 } },
    { architecture: "a", figures: { accuracy: 0.75 } },
  ],
  comparisons: [
    { minuend: ["a"], subtrahend: ["b"], difference: { value: 0.05, low: 0.04, high: 0.06, n: 3 } },
  ],
  selections: [],
  correlations: [],
  chosen: "a",
} as unknown as SearchResults;

describe("formatSearch", () => {
  it("has a line for each architecture, the best first, then findings and the genotype", async () => {
    const text = (await formatSearch(results)).replaceAll("\u00a0", " ");
    expect(text.split("\n\n")).toEqual([
      [
        "architecture      origin     MACs    parameters  latency [ms]  accuracy  95 % interval  seeds",
        "epoch 9 (chosen)  KDL-DARTS  13.9 M  214 k       2.00          75.0 %                   1",
        "hand-made         plain CNN  14.0 M  215 k       not measured  70.0 %                   1",
      ].join("\n"),
      "Chosen: epoch 9, 13.9 M MACs, accuracy 75.0 % on the test set over 1 seed.",
      "Epoch 9 beats hand-made: +5.00 points [+4.00, +6.00].",
      '{\n  "normal": [\n    [["conv_3x3",0],["skip_connect",1]]\n  ],\n  "reduce": [\n    [["conv_1x1",0],["conv_3x3",1]]\n  ]\n}',
    ]);
  });
});
