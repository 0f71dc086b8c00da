// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { beforeAll, describe, expect, it } from "vitest";
import { openRadio } from "../channel/channel-spec.ts";
import type { Radio } from "../channel/radio.ts";
import { clusteredMeanInterval, meanInterval } from "../numbers/statistics.ts";
import { type PreparedLine, type Received, rightShares } from "./line.ts";

/** A line on some images, and what it must reach. */
export interface LineCase {
  readonly title: string;
  /** The line on the images `first` up to `first + count` of those of the case. */
  readonly open: (first: number, count: number) => Promise<PreparedLine>;
  /** [count] the truth */
  readonly labels: Uint8Array;
  readonly numClasses: number;
  /** Lengths to try, ascending [complex symbols]. */
  readonly lengths: readonly number[];
  /** Share of right decisions at 70 dB and the longest length; absent for links that are not trained. */
  readonly ceiling?: number;
  /** Whether symbols are sent: a limit sends none. Default true. */
  readonly isSent?: boolean;
}

const RADIOS = ["awgn", "rayleigh-block", { model: "rayleigh", form: "fast" as const }].map(openRadio);
const FIVE_SIGMA = 1 - 5.7e-7; // confidence of an interval of +-5 sigma
const LEVELS = [-20, -5, 5, 20, 70];

/** Declares the laws of every line: baselines and the learned link alike. */
export function lineConformance(options: LineCase): void {
  const { title, open, labels, numClasses, lengths, ceiling, isSent = true } = options;
  const count = labels.length;
  const longest = lengths.at(-1)!;
  const part = Math.floor(count / 3);
  const drawOf = (
    radio: Radio,
    firstImage = 0,
    batchSize = count,
    numSymbols = longest + 3,
  ): ReturnType<Radio["draw"]> => radio.draw(rngFrom(3), { firstImage, batchSize, numSymbols });

  describe(`line: ${title}`, () => {
    let line: PreparedLine;
    beforeAll(async () => {
      line = await open(0, count);
    });
    const send = (radio: Radio, esNoDb: number, numSymbols = longest): Promise<Received> =>
      line.transmit({ radio, draw: drawOf(radio), esNoDb, numSymbols });

    describe.each(RADIOS.map((radio) => [radio.name, radio] as const))("over %s", (_name, radio) => {
      it("sends numSymbols symbols of mean power exactly 1 for each image", async () => {
        let numSent = 0;
        for (const numSymbols of lengths) {
          const { sent } = await send(radio, 10, numSymbols);
          if (!sent) continue;
          numSent++;
          expect(sent.length).toBe(count * numSymbols * 2);
          for (let image = 0; image < count; image++) {
            const own = sent.subarray(image * numSymbols * 2, (image + 1) * numSymbols * 2);
            const power = own.reduce((sum, value) => sum + value * value, 0) / numSymbols;
            expect(Math.abs(power - 1)).toBeLessThan(1e-5); // float32 symbols
          }
        }
        expect(numSent > 0).toBe(isSent);
      });

      it("decides for a class, and guesses with a probability", async () => {
        const { decisions, guessed } = await send(radio, 0);
        expect(decisions.length).toBe(count);
        expect(decisions.every((decision) => decision < numClasses)).toBe(true);
        expect(guessed?.every((chance) => chance >= 0 && chance <= 1) ?? true).toBe(true);
      });

      it("treats every image by itself: a batch is its parts", async () => {
        const whole = await send(radio, 3);
        const parts = [];
        for (const [first, size] of [
          [0, part],
          [part, count - part],
        ] as const) {
          const some = await open(first, size);
          const draw = drawOf(radio, first, size);
          parts.push(await some.transmit({ radio, draw, esNoDb: 3, numSymbols: longest }));
        }
        for (const field of ["decisions", "guessed", "embedding", "sent"] as const) {
          const joined = parts.flatMap((received) => [...(received[field] ?? [])]);
          expect(joined.length).toBe(whole[field]?.length ?? 0);
          // A matrix product may sum in another order in a batch of another size.
          joined.forEach((value, i) => expect(Math.abs(value - whole[field]![i]!)).toBeLessThan(1e-4));
        }
      });

      it("is the same every time, and on the first symbols of a longer draw", async () => {
        const first = await send(radio, -3);
        expect(await send(radio, -3)).toEqual(first);
        const draw = drawOf(radio, 0, count, longest);
        expect(await line.transmit({ radio, draw, esNoDb: -3, numSymbols: longest })).toEqual(first);
      });

      if (ceiling === undefined) return;
      it("does not become worse with Es/N0, within 5 sigma, and reaches what it can", async () => {
        const shares: Float32Array[] = [];
        for (const level of LEVELS) shares.push(rightShares(await send(radio, level), labels, numClasses));
        shares.slice(1).forEach((better, i) => {
          const gain = better.map((share, image) => share - shares[i]![image]!);
          expect(meanInterval(gain, FIVE_SIGMA).high).toBeGreaterThanOrEqual(0);
        });
        expect(clusteredMeanInterval(shares.at(-1)!, FIVE_SIGMA).value).toBeCloseTo(ceiling, 5);
      });
    });

    it("refuses a draw that is too short", async () => {
      const radio = RADIOS[0]!;
      const draw = drawOf(radio, 0, count, longest - 1);
      if (!isSent) return;
      await expect(
        (async () => line.transmit({ radio, draw, esNoDb: 0, numSymbols: longest }))(),
      ).rejects.toThrow(expect.objectContaining({ code: "wrong-shape" }));
    });
  });
}
