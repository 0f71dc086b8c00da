// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { ChannelCodec, CodecShape } from "./channel-codec.ts";
import { codecLaws } from "./codec-laws.fixture.ts";
import { drawBatch, openCodec, type OpenCodec, openSlope } from "./open-codec.fixture.ts";

/** Small sizes with increments of different lengths. */
export const TINY_SHAPE: CodecShape = {
  embedDim: 12,
  lengths: [2, 3, 6],
  esNoDb: { min: -10, max: 20 },
  numKinds: 2,
};

/** Declares the laws that every codec must pass. */
export function codecConformance(name: string, makeCodec: (shape: CodecShape) => ChannelCodec): void {
  describe(`codec: ${name}`, () => {
    let codec: OpenCodec;
    beforeAll(async () => {
      codec = await openCodec(makeCodec(TINY_SHAPE), TINY_SHAPE, 1);
    });

    for (const law of codecLaws) {
      it(law.title, async () => {
        await fc.assert(
          fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 5 }), async (seed, batchSize) => {
            expect(await law.violation(codec, drawBatch(TINY_SHAPE, seed, batchSize))).toBeUndefined();
          }),
          { numRuns: 15 },
        );
      });
    }

    it("tells the transmitter the state of the channel and nothing of the length", () => {
      expect([...codec.encoderInputs].sort()).toEqual(["embedding", "esNoDb", "kind"]);
    });

    it("has the same bits for the same seed, others for another", async () => {
      const [again, other] = [
        await openCodec(makeCodec(TINY_SHAPE), TINY_SHAPE, 1),
        await openCodec(makeCodec(TINY_SHAPE), TINY_SHAPE, 2),
      ];
      const batch = drawBatch(TINY_SHAPE, 3, 4);
      expect(await again.encode(batch)).toEqual(await codec.encode(batch));
      expect(await again.decode(batch)).toEqual(await codec.decode(batch));
      expect(await other.encode(batch)).not.toEqual(await codec.encode(batch));
      expect(await other.decode(batch)).not.toEqual(await codec.decode(batch));
    });

    it("gets gradients through the channel in every weight of both halves, and they point downhill", async () => {
      const { start, at } = await openSlope(makeCodec(TINY_SHAPE), TINY_SHAPE, 4);
      const { loss, gradients } = await at(start);
      for (const [param, gradient] of gradients) {
        expect(gradient.every(Number.isFinite), `finite: ${param}`).toBe(true);
        expect(Math.max(...gradient.map(Math.abs)), `not zero: ${param}`).toBeGreaterThan(1e-8);
      }
      let squaredNorm = 0;
      for (const gradient of gradients.values()) for (const value of gradient) squaredNorm += value * value;
      const step = (1e-3 * loss) / squaredNorm;
      const moved = new Map(
        Array.from(start, ([param, values]) => [
          param,
          values.map((value, i) => value - step * gradients.get(param)![i]!),
        ]),
      );
      // To first order the loss falls by a thousandth of itself.
      const fall = (loss - (await at(moved)).loss) / (1e-3 * loss);
      expect(fall).toBeGreaterThan(0.9);
      expect(fall).toBeLessThan(1.1);
    });
  });
}
