// SPDX-License-Identifier: Apache-2.0
import { gradients, input, mul, rngFrom, sum } from "@semlink/engine";
import { nodeRuntime } from "@semlink/engine/node";
import { expectClose } from "@semlink/engine/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openGraph } from "../open-graph.fixture.ts";
import { graphViolation } from "./graph-laws.ts";
import { otherCodewords } from "./interference.ts";
import { openChannel, openRadio } from "./channel-spec.ts";
import { dbToLinear } from "./decibel.ts";
import { imageNoise } from "./image-noise.ts";

const spec = (sirDb: number, numUsers = 1): Parameters<typeof openChannel>[0] => ({
  model: "awgn",
  impairments: [{ impairment: "interference", sirDb, numUsers, symbols: "codewords" }],
});
/** Whose codeword each image meets, user by user: images send their own numbers. */
function metBy(places: Float32Array, numUsers: number): number[][] {
  const numbers = Float32Array.from({ length: 2 * places.length }, (_, i) => i >> 1);
  const met = otherCodewords(numbers, places, numUsers);
  return Array.from({ length: numUsers }, (_, user) =>
    Array.from(places, (_place, image) => met[2 * (image * numUsers + user)]!),
  );
}

describe("otherCodewords", () => {
  it("gives user u of an image the codeword u + 1 places further on the ring", () => {
    const codewords = Float32Array.of(1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60); // 3 images of 2 symbols
    const others = otherCodewords(codewords, Float32Array.of(0.5, 0.1, 0.9), 2); // ring: 1, 0, 2
    // [symbol][user] of image 0: users are images 2 and 1.
    expect([...others.subarray(0, 8)]).toEqual([5, 50, 3, 30, 6, 60, 4, 40]);
    expect([...others.subarray(8, 16)]).toEqual([1, 10, 5, 50, 2, 20, 6, 60]);
  });

  it("is a derangement for each user, whatever the places, and its users are different images", () => {
    const places = fc.array(fc.constantFrom(0, 0.25, 0.5, 0.75), { minLength: 4, maxLength: 20 });
    fc.assert(
      fc.property(places, (list) => {
        const users = metBy(Float32Array.from(list), 3);
        for (const met of users) {
          expect([...met].sort((a, b) => a - b)).toEqual(list.map((_, image) => image));
          expect(met.every((other, image) => other !== image)).toBe(true);
        }
        list.forEach((_, image) => {
          expect(new Set(users.map((met) => met[image])).size).toBe(3);
        });
      }),
    );
  });

  it("refuses a batch in which an image would meet itself", () => {
    expect(() => metBy(Float32Array.of(0.2, 0.1), 2)).toThrow(
      expect.objectContaining({ code: "too-few-images" }),
    );
  });
});

describe("interference by codewords", () => {
  it("adds what other images radiate, of power 1 / SIR, by a gain of each image", () => {
    const [sirDb, size] = [6, { batchSize: 4000, numSymbols: 2 }];
    const x = imageNoise(rngFrom(1), size, 2)
      .map(Math.sign)
      .map((value) => value * Math.SQRT1_2); // QPSK
    const channel = openChannel(spec(sirDb));
    const draw = channel.draw(rngFrom(2), size);
    const { y, no } = channel.apply({ x, no: new Float32Array(size.batchSize) }, draw);
    const power = y.reduce((sum, value, i) => sum + (value - x[i]!) ** 2, 0) / (x.length / 2);
    // |g|^2 of CN(0, 1) has variance 1, the codewords have power 1.
    const expected = dbToLinear(-sirDb);
    expect(Math.abs(power - expected)).toBeLessThan((5 * expected) / Math.sqrt(size.batchSize));
    expect(no.every((level) => Math.abs(level - expected) < 1e-6)).toBe(true);
  });

  it("draws an image's place and gain whatever its batch, anew for each seed", () => {
    const channel = openChannel(spec(0, 2));
    const whole = channel.draw(rngFrom(3), { batchSize: 5, numSymbols: 4 });
    const part = channel.draw(rngFrom(3), { firstImage: 3, batchSize: 2, numSymbols: 4 });
    for (const [name, shape] of Object.entries(channel.fields(4))) {
      const size = shape.reduce((product, dim) => product * dim, 1);
      expect(part[name]).toEqual(whole[name]!.subarray(3 * size));
    }
    expect(channel.draw(rngFrom(4), { batchSize: 5, numSymbols: 4 })["impairment0.places"]).not.toEqual(
      whole["impairment0.places"],
    );
  });

  it.each([1, 3])("computes in a graph what it computes on arrays, with %d users", async (numUsers) => {
    const runtime = await nodeRuntime({ intraOpThreads: 1 });
    expect(await graphViolation(openRadio(spec(3, numUsers)), runtime)).toBeUndefined();
  });

  it("sends no gradient to the images that interfere", async () => {
    const channel = openChannel(spec(0));
    const inputs = Object.entries(channel.fields(2)).map(([name, shape]) => [
      name,
      input(name, ["batch", ...shape]),
    ]);
    const x = input("x", ["batch", 2, 2]);
    const weights = input("weights", ["batch", 2, 2]);
    const drawn = Object.fromEntries(inputs) as Parameters<typeof channel.applyGraph>[1];
    const { y } = channel.applyGraph({ x, no: input("no", ["batch", 1, 1]) }, drawn);
    const [slope] = gradients(sum(mul(y, weights)), [x]);
    const { run } = await openGraph({ slope: slope! });
    const direction = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    const { slope: found } = await run({
      ...channel.draw(rngFrom(1), { batchSize: 3, numSymbols: 2 }),
      x: new Float32Array(12),
      no: new Float32Array(3),
      weights: direction,
    });
    expectClose(found, direction, { relative: 1e-6, absolute: 1e-6 }); // y = x + interference: slope 1
  });
});
