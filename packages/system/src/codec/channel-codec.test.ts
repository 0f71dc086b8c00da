// SPDX-License-Identifier: Apache-2.0
import { input, rngFrom } from "@semlink/engine";
import { expectClose } from "@semlink/engine/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { openGraph } from "../open-graph.fixture.ts";
import { unitPowerPerIncrement } from "./channel-codec.ts";

const LENGTHS = [1, 3, 7];
const STRIDE = 2 * 7;

describe("unitPowerPerIncrement", () => {
  let normalize: (x: Float32Array) => Promise<Float32Array>;
  beforeAll(async () => {
    const { run } = await openGraph({ y: unitPowerPerIncrement(input("x", ["batch", 7, 2]), LENGTHS) });
    normalize = async (x) => (await run({ x })).y;
  });

  it("divides each increment of each image by the root of its mean symbol power", async () => {
    const x = rngFrom(1).normal(3 * STRIDE);
    const expected = x.map((value, i) => {
      const image = i - (i % STRIDE);
      const end = LENGTHS.find((length) => i % STRIDE < 2 * length)!;
      const start = LENGTHS[LENGTHS.indexOf(end) - 1] ?? 0;
      const increment = x.subarray(image + 2 * start, image + 2 * end);
      return value / Math.sqrt(increment.reduce((sum, v) => sum + v * v, 0) / (end - start));
    });
    expectClose(await normalize(x), expected, { relative: 1e-6, absolute: 1e-6 });
  });

  it.each([1e-3, 0.7, 1e4])("gives the same for c x as for x: c = %d", async (scale) => {
    const x = rngFrom(2).normal(2 * STRIDE);
    expectClose(await normalize(x.map((value) => scale * value)), await normalize(x), {
      relative: 1e-5,
      absolute: 1e-6,
    });
  });

  it("stays finite for an image of zeros", async () => {
    expect(await normalize(new Float32Array(STRIDE))).toEqual(new Float32Array(STRIDE));
  });
});
