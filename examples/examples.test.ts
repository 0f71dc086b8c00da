// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { main as firstGradient } from "./01-first-gradient.js";
import { main as mlp } from "./02-mlp-mnist.js";
import { main as cnn } from "./03-cnn-cifar10.js";
import { main as fineTune } from "./04-fine-tune-foreign-onnx.js";
import { main as customOp } from "./05-custom-op.js";
import { main as exportAndServe } from "./06-export-and-run-in-the-browser/export.js";
import { main as profileStep } from "./07-profile-a-step.js";

// Small settings: drawn images instead of downloaded ones, few epochs.

/** Accuracy that guessing among ten classes stays under on so many images, but for one case in three million. */
function aboveChance(numTest: number): number {
  return 0.1 + 5 * Math.sqrt((0.1 * 0.9) / numTest);
}

/** Collects what an example prints. */
function printer(): { readonly lines: string[]; readonly log: (text: string) => void } {
  const lines: string[] = [];
  return { lines, log: (text) => lines.push(text) };
}

describe("example 01", () => {
  it("prints the graph, and a gradient that finite differences confirm", async () => {
    const { lines, log } = printer();
    const { gradient, differences } = await firstGradient({ log });
    expect(lines[0]).toMatch(/^%0 = input "x" : \[2, 3\]\n%1 = input "w" : \[3, 4\]\n%2 = MatMul\(%0, %1\)/);
    expect(gradient).toHaveLength(6);
    // Rounding of f gives 1e-7 / 0.02, the step's own error h² f''' / 6.
    gradient.forEach((value, i) => expect(Math.abs(value - differences[i])).toBeLessThan(1e-4));
    expect(Math.max(...gradient.map(Math.abs))).toBeGreaterThan(0.1);
  });
});

describe("example 02", () => {
  it("learns more than to guess", async () => {
    const { accuracy } = await mlp({ dataset: "synthetic-shapes", numEpochs: 4, log: printer().log });
    expect(accuracy).toBeGreaterThan(aboveChance(1000));
  });
});

describe("example 03", () => {
  it("learns more than to guess, and logs every epoch", async () => {
    const { lines, log } = printer();
    const settings = { dataset: "synthetic-shapes", numEpochs: 2, width: 16, cores: 1 } as const;
    const { accuracy } = await cnn({ ...settings, log });
    expect(accuracy).toBeGreaterThan(aboveChance(1000));
    expect(lines.map((line) => line.split(":")[0])).toEqual([
      "epoch 1",
      "epoch 2",
      expect.stringMatching(/%/),
    ]);
  });
});

describe("example 04", () => {
  it("learns by a new head, and far more when the encoder is trained as well", async () => {
    const limit = { train: 400, test: 500 };
    const { headOnly, both } = await fineTune({ limit, numEpochs: 5, log: printer().log });
    expect(headOnly).toBeGreaterThan(aboveChance(limit.test));
    // Five standard deviations of the difference of two accuracies, at most √(2 · ¼ / n) each.
    expect(both).toBeGreaterThan(headOnly + 5 * Math.sqrt(0.5 / limit.test));
  });
});

describe("example 05", () => {
  it("computes the operator by one node, its gradient, and catches the wrong rule", async () => {
    const { values, gradient, wrongRule, operators } = await customOp({ log: printer().log });
    const points = [-2, -0.5, 0.25, 3];
    points.forEach((x, i) => {
      const y = x / (1 + Math.abs(x));
      expect(values[i]).toBeCloseTo(y, 6);
      expect(gradient[i]).toBeCloseTo((2 * y) / (1 + Math.abs(x)) ** 2, 6);
    });
    expect(operators.filter((type) => type === "Softsign")).toHaveLength(1);
    expect(wrongRule).toBe("wrong-gradient");
  });
});

describe("example 06", () => {
  it("learns the spiral, and serves page, model and runtime, and nothing else", async () => {
    const { accuracy, url, close } = await exportAndServe({ port: 0, log: printer().log });
    const status = async (path: string): Promise<number> => (await fetch(url + path)).status;
    try {
      expect(accuracy).toBeGreaterThan(0.95);
      for (const path of ["", "page.js", "model.onnx", "check.json", "ort/ort.wasm.min.mjs"])
        expect(await status(path)).toBe(200);
      for (const path of ["export.js", "ort/..%2Fpackage.json", "ort/none.mjs"])
        expect(await status(path)).toBe(404);
    } finally {
      close();
    }
  });
});

describe("example 07", () => {
  it("gives the whole time of a step's kernels to three phases", async () => {
    const { lines, log } = printer();
    const { runMs, phases } = await profileStep({ batchSize: 4, numRuns: 2, log });
    expect(phases.map(({ key }) => key).sort()).toEqual(["backward", "forward", "update"]);
    expect(phases.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(phases.reduce((sum, { ms }) => sum + ms, 0)).toBeLessThanOrEqual(runMs);
    expect(lines.join("\n")).toMatch(/stemNorm/);
  });
});
