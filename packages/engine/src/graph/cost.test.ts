// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { buffer, param, zeros } from "../nn/index.ts";
import { conv2d, conv2dInputGradient, linear, matmul, relu, reshape } from "../ops/index.ts";
import { graphCost } from "./cost.ts";
import { input } from "./leaves.ts";

const image = input("image", ["batch", 4, 6, 6]);
const filter = param([8, 3, 3, 2], zeros());

describe("graphCost", () => {
  it("of a convolution is one filter for each output", () => {
    const y = relu(conv2d(image, filter.value, null, { groups: 2, stride: 2, padding: 1 })); // [batch, 8, 3, 3]
    expect(graphCost({ y })).toEqual({ params: 144, macs: 8 * 9 * 18 });
    expect(graphCost({ y }, { batch: 5 }).macs).toBe(5 * 8 * 9 * 18);
  });

  it("of a transposed convolution is one filter for each input", () => {
    const grad = input("grad", ["batch", 8, 3, 3]);
    const y = conv2dInputGradient(grad, filter.value, image, {
      groups: 2,
      stride: 2,
      padding: 1,
      dilation: 1,
    });
    expect(graphCost({ y }).macs).toBe(8 * 9 * 18);
  });

  it("of a product is the inner size for each output", () => {
    const rows = reshape(image, ["batch", 12, 12]);
    expect(graphCost({ y: matmul(rows, rows, { transA: true }) }).macs).toBe(144 * 12);
    expect(graphCost({ y: linear(rows, param([5, 12], zeros()).value) })).toEqual({
      params: 60,
      macs: 12 * 5 * 12,
    });
  });

  it("leaves out buffers, and counts a shared parameter once", () => {
    const square = param([12, 12], zeros());
    const rows = reshape(image, [-1, 12]);
    const y = linear(linear(linear(rows, square.value), square.value), buffer([12, 12], zeros()).value);
    expect(graphCost({ y })).toEqual({ params: 144, macs: 3 * 12 * 144 });
  });

  it("asks for the sizes of symbols", () => {
    expect(() => graphCost({ y: conv2d(image, filter.value, null, { groups: 2 }) }, {})).toThrow(
      expect.objectContaining({ code: "unbound-size" }),
    );
  });
});
