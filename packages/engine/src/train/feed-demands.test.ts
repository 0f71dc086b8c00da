// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { constant, input } from "../graph/leaves.ts";
import type { Tensor } from "../graph/tensor.ts";
import { crossEntropy, mean } from "../ops/index.ts";
import { batchNorm } from "../ops/batch-norm/batch-norm.ts";
import { nodeRuntime } from "../runtime/node.ts";
import { Evaluator } from "./evaluator.ts";
import { FeedDemands } from "./feed-demands.ts";

const loss = crossEntropy(input("logits", ["batch", 3]), input("labels", ["batch"], "int32"));
const feedsOf = (...labels: number[]): Parameters<FeedDemands["check"]>[0] => ({
  logits: { dtype: "float32", shape: [labels.length, 3], data: new Float32Array(3 * labels.length) },
  labels: { dtype: "int32", shape: [labels.length], data: Int32Array.from(labels) },
});

const normalize = (x: Tensor): Tensor =>
  batchNorm(x, null, null, constant([0, 0]), constant([1, 1]), { training: true }).y;

/** The mean of what batch norm makes of its own batch, items of this shape. */
function normalised(...shape: number[]): FeedDemands {
  const x = input("x", ["batch", ...shape]);
  return new FeedDemands({ loss: mean(normalize(x)) });
}

const itemsOf = (count: number, ...shape: number[]): Parameters<FeedDemands["check"]>[0] => ({
  x: { dtype: "float32", shape: [count, ...shape], data: new Float32Array(count) },
});

describe("labels that are fed to crossEntropy", () => {
  const demands = new FeedDemands({ loss });

  it.each([-1, -100, 3, 1000])("are refused where they name no class: %d of 3", (label) => {
    expect(() => demands.check(feedsOf(0, label, 2))).toThrow(
      expect.objectContaining({
        code: "label-range",
        where: 'input "labels"',
        expected: "labels in 0..2",
        actual: `${label}`,
      }),
    );
  });

  it("are refused before an evaluation, and taken where all are classes", async () => {
    const evaluator = await Evaluator.create({ loss }, { runtime: await nodeRuntime(), weights: new Map() });
    await expect(evaluator.run(feedsOf(0, 3))).rejects.toMatchObject({ code: "label-range" });
    const { loss: value } = await evaluator.run(feedsOf(0, 1, 2));
    expect(value!.data[0]).toBeCloseTo(Math.log(3), 6);
    await evaluator.release();
  });

  it("may be 64-bit integers", () => {
    const wide = new FeedDemands({
      loss: crossEntropy(input("logits", ["batch", 3]), input("labels", ["batch"], "int64")),
    });
    const labels = { dtype: "int64", shape: [2], data: BigInt64Array.of(0n, 3n) } as const;
    expect(() => wide.check({ ...feedsOf(0, 0), labels: { ...labels, shape: [2] } })).toThrow(
      /labels in 0\.\.2, got 3/,
    );
  });
});

describe("a batch of one item whose channels have one value each", () => {
  it("is refused by batch norm in training, when it is fed and when its size is known before", () => {
    const refused = expect.objectContaining({
      code: "single-value",
      expected: "batch of at least 2",
    }) as Error;
    expect(() => normalised(2).check(itemsOf(1, 2))).toThrow(refused);
    expect(() => normalised(2, 1, 1).check(itemsOf(1, 2, 1, 1))).toThrow(refused);
    normalised(2).check(itemsOf(2, 2));
    normalised(2, 2, 1).check(itemsOf(1, 2, 2, 1));
  });

  it("is refused for a part of a batch too", () => {
    const outputs = { loss: mean(normalize(input("x", ["batch", 2]))) };
    expect(() => new FeedDemands(outputs, { batch: 4 }, 4)).toThrow(/batch of at least 2, got 4 in 4 parts/);
    expect(() => new FeedDemands(outputs, { batch: 1 })).toThrow(/batch of at least 2, got 1/);
    expect(() => new FeedDemands(outputs, { batch: 8 }, 4)).not.toThrow();
  });
});
