// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HostTensor } from "../../files/index.ts";
import type { Shape } from "../../graph/index.ts";
import { input } from "../../graph/index.ts";
import type { Tensor } from "../../graph/index.ts";
import { feedBytes, feedParts, partBinding, partOf } from "./feed-parts.ts";

const x = (shape: Shape): Record<string, Tensor> => ({ x: input("x", shape) });
const codeOf = (code: string): unknown => expect.objectContaining({ code });

describe("parts of a batch", () => {
  it("together are the batch, in its order", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 3 }),
        (numShards, rows, width) => {
          const batch = numShards * rows;
          const data = Int32Array.from({ length: 2 * batch * width }, (_, i) => i);
          const outputs = { x: input("x", ["2*batch", width], "int32") };
          const [feed] = feedParts(outputs, { batch }, numShards);
          const whole: HostTensor = { dtype: "int32", shape: [2 * batch, width], data };
          const parts = Array.from({ length: numShards }, (_, shard) => partOf(whole, feed!, shard));
          expect(parts.flatMap((part) => [...(part.data as Int32Array)])).toEqual([...data]);
          expect(parts.map(({ shape }) => shape)).toEqual(parts.map(() => [2 * rows, width]));
        },
      ),
    );
  });

  it("are the whole tensor where it has no batch", () => {
    const outputs = { ...x(["batch", 2]), y: input("y", [3]) };
    const feed = feedParts(outputs, { batch: 4 }, 2).find(({ name }) => name === "y")!;
    const whole: HostTensor = { dtype: "float32", shape: [3], data: Float32Array.of(1, 2, 3) };
    expect([0, 1].map((shard) => partOf(whole, feed, shard))).toEqual([whole, whole]);
  });

  it("lie apart from each other, at starts that fit every type", () => {
    const outputs = {
      ...x(["batch", 3]),
      l: input("l", ["batch"], "int64"),
      m: input("m", ["batch"], "bool"),
    };
    const feeds = feedParts(outputs, { batch: 10 }, 2);
    const starts = feeds.map(({ byteOffset }) => byteOffset);
    const ends = feeds.map(({ byteOffset, byteLength }) => byteOffset + byteLength);
    expect(feeds.map(({ byteLength }) => byteLength)).toEqual([60, 40, 5]);
    expect(starts.every((start) => start % 8 === 0)).toBe(true);
    expect(starts.slice(1).every((start, index) => start >= ends[index]!)).toBe(true);
    expect(feedBytes(feeds)).toBeGreaterThanOrEqual(ends.at(-1)!);
  });
});

describe("a batch is refused", () => {
  it.each<[string, string, () => unknown]>([
    ["without a size", "unbound-size", () => partBinding({}, 2)],
    ["without equal parts", "indivisible-batch", () => partBinding({ batch: 7 }, 2)],
    [
      "that is not the outermost size",
      "unsplittable-input",
      () => feedParts(x([3, "batch"]), { batch: 4 }, 2),
    ],
    ["on two axes", "unsplittable-input", () => feedParts(x(["batch", "batch"]), { batch: 4 }, 2)],
    ["that no input has", "unsplittable-input", () => feedParts(x([4, 2]), { batch: 4 }, 2)],
    ["beside another open size", "unbound-size", () => feedParts(x(["batch", "time"]), { batch: 4 }, 2)],
  ])("%s", (_name, code, refused) => {
    expect(refused).toThrow(codeOf(code));
  });

  it("of another size or type than the objective asks for", () => {
    const [feed] = feedParts(x(["batch", 2]), { batch: 4 }, 2);
    const tensors: HostTensor[] = [
      { dtype: "float32", shape: [3, 2], data: new Float32Array(6) },
      { dtype: "int32", shape: [4, 2], data: new Int32Array(8) },
    ];
    for (const tensor of tensors) expect(() => partOf(tensor, feed!, 1)).toThrow(codeOf("wrong-batch"));
  });
});
