// SPDX-License-Identifier: Apache-2.0
import { gradients, input, mul, rngFrom, sum } from "@semlink/engine";
import { expectClose } from "@semlink/engine/testing";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { openGraph } from "../open-graph.fixture.ts";
import { noFromEsNoDb } from "./decibel.ts";
import { equalizeGraph, mmseEqualize, postEqualiserEsNoDb } from "./equalizer.ts";
import { rayleighBlockFading } from "./fading.ts";
import { applyFlatFading, flatFadingGraph } from "./flat-channel.ts";

const NUM_SYMBOLS = 5;
const FLOAT_ERROR = { relative: 1e-5, absolute: 5e-5 };

interface Transmission {
  readonly x: Float32Array;
  readonly h: Float32Array;
  readonly noise: Float32Array;
  readonly no: Float32Array;
}

type Received = Record<"xHat" | "equalizedEsNoDb" | "slope", Float32Array>;

/** Symbols, fades and noise drawn from a seed; one Es/N0 [dB] for each image. */
function draw(seed: number, esNoDb: readonly number[]): Transmission {
  const rng = rngFrom(seed);
  const batchSize = esNoDb.length;
  const x = rng.fold("x").normal(batchSize * NUM_SYMBOLS * 2);
  const no = Float32Array.from(esNoDb, noFromEsNoDb);
  return { x, no, ...rayleighBlockFading.draw(rng, { batchSize, numSymbols: NUM_SYMBOLS }) };
}

let transmit: (transmission: Transmission) => Promise<Received>;

beforeAll(async () => {
  const inputs = {
    x: input("x", ["batch", NUM_SYMBOLS, 2]),
    h: input("h", ["batch", 1, 2]),
    noise: input("noise", ["batch", NUM_SYMBOLS, 2]),
    no: input("no", ["batch", 1, 1]),
  };
  const { xHat, equalizedEsNoDb } = equalizeGraph("mmse", flatFadingGraph(inputs));
  // The gradient of <noise, xHat>: any direction will do.
  const [slope] = gradients(sum(mul(xHat, inputs.noise)), [inputs.x]);
  const { run } = await openGraph({ xHat, equalizedEsNoDb, slope: slope! });
  transmit = (transmission) => run({ ...transmission });
});

describe("a flat channel and its MMSE equaliser in a graph", () => {
  it("are applyFlatFading, mmseEqualize and postEqualiserEsNoDb", async () => {
    const level = fc.double({ min: -20, max: 40, noNaN: true });
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(level, { minLength: 1, maxLength: 6 }), async (seed, esNoDb) => {
        const { x, h, noise, no } = draw(seed, esNoDb);
        const { xHat, equalizedEsNoDb } = await transmit({ x, h, noise, no });
        const y = applyFlatFading({ x, h, noise, no });
        expectClose(xHat, mmseEqualize({ y, h, no }), FLOAT_ERROR);
        expectClose(equalizedEsNoDb, postEqualiserEsNoDb({ h, no }), { relative: 1e-5, absolute: 1e-4 });
      }),
      { numRuns: 40 },
    );
  });

  it("return the symbols when there is no noise, at a ratio that is finite and above 40 dB", async () => {
    const { x, h, noise } = draw(1, [0, 0, 0]);
    const no = new Float32Array(3);
    const { xHat, equalizedEsNoDb } = await transmit({ x, h, noise, no });
    expectClose(xHat, x, FLOAT_ERROR);
    expectClose(mmseEqualize({ y: applyFlatFading({ x, h, noise, no }), h, no }), x, FLOAT_ERROR);
    for (const ratio of equalizedEsNoDb) {
      expect(Number.isFinite(ratio)).toBe(true);
      expect(ratio).toBeGreaterThan(40);
    }
  });

  it("estimate 0 in a complete fade, at a ratio that is finite and below -40 dB", async () => {
    const { x, noise, no } = draw(2, [0]);
    const { xHat, equalizedEsNoDb } = await transmit({ x, noise, no, h: new Float32Array(2) });
    expect(Array.from(xHat, Math.abs)).toEqual(new Array(2 * NUM_SYMBOLS).fill(0));
    expect(Number.isFinite(equalizedEsNoDb[0])).toBe(true);
    expect(equalizedEsNoDb[0]).toBeLessThan(-40);
  });

  it("pass |h|^2 / (|h|^2 + no) of the gradient to the symbols", async () => {
    const { x, h, noise, no } = draw(3, [-5, 0, 5, 20]);
    const { slope } = await transmit({ x, h, noise, no });
    const expected = noise.map((value, i) => {
      const image = Math.floor(i / (2 * NUM_SYMBOLS));
      const gain = h[2 * image]! ** 2 + h[2 * image + 1]! ** 2;
      return (value * gain) / (gain + no[image]!);
    });
    expectClose(slope, expected, FLOAT_ERROR);
  });
});
