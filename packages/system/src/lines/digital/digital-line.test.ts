// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { openRadio } from "../../channel/channel-spec.ts";
import { accuracyOf } from "../../task/classify.ts";
import type { Received, Truth } from "../../task/task.ts";
import type { LineReception } from "../line.ts";
import type { BitPipe, PipeMode } from "./bit-pipe.ts";
import { digitalLineOf, type MessageSource, type PlanFor } from "./digital-line.ts";

const [COUNT, NUM_CLASSES] = [40, 4];
const labels = Uint8Array.from({ length: COUNT }, (_, image) => image % NUM_CLASSES);
const device = { numAnswers: NUM_CLASSES, decisions: labels };
const sizes = { numClasses: NUM_CLASSES };
const set = { labels, images: new Uint8Array(COUNT), count: COUNT, channels: 1, height: 1, width: 1 };
const truth: Truth = { set, sizes };
const figure = accuracyOf(sizes);

/** Messages of n bits are right on n images in ten; those of 9 fit one image in two alone. */
const source: MessageSource = {
  messages: (numBits) => ({
    payload: new Uint8Array(COUNT * numBits),
    decisions: labels.map((label, image) => (image % 10 < numBits ? label : (label + 1) % NUM_CLASSES)),
    ...(numBits === 9 ? { fits: labels.map((_, image) => (image % 2 === 0 ? 1 : 0)) } : {}),
  }),
};

/** A pipe whose modes of n bits need an Es/N0 of n dB, and which notes what it is asked. */
function steps(...sizes: number[]): { pipe: BitPipe; asked: string[] } {
  const asked: string[] = [];
  const pipe: BitPipe = {
    supports: () => true,
    modes: () => sizes.map((numPayloadBits): PipeMode => ({ name: `${numPayloadBits}`, numPayloadBits })),
    deliver({ numPayloadBits }, _payload, { esNoDb }) {
      asked.push(`${numPayloadBits} at ${esNoDb}`);
      return { isDelivered: new Uint8Array(COUNT).fill(esNoDb >= numPayloadBits ? 1 : 0) };
    },
  };
  return { pipe, asked };
}

async function received(
  pipe: BitPipe,
  esNoDb: number,
  esNoOffsetDb = 0,
  planFor: PlanFor = (radio) => radio,
): Promise<LineReception> {
  const line = await digitalLineOf({
    name: "steps",
    label: "Steps",
    role: "digital",
    pipe,
    receives: ["decision"],
    source: () => Promise.resolve(source),
    selection: { device, truth, figure },
    rng: rngFrom(1),
    planFor,
    ledger: () => [],
    convention: "steps",
  }).prepare(device);
  const radio = openRadio({ model: "awgn", receiver: { esNoOffsetDb } });
  const draw = radio.draw(rngFrom(2), { batchSize: COUNT, numSymbols: 4 });
  return line.transmit({ radio, draw, esNoDb, numSymbols: 4 });
}

function accuracy(result: Received): number {
  return figure.ofItems(result, truth)!.reduce((sum, share) => sum + share, 0) / COUNT;
}

describe("digitalLineOf", () => {
  it("is the envelope over the modes: the largest message that arrives", async () => {
    for (const [esNoDb, expected] of [
      [10, 0.8],
      [7, 0.6],
      [5, 0.4],
    ] as const) {
      expect(accuracy(await received(steps(4, 6, 8).pipe, esNoDb))).toBeCloseTo(expected, 6);
    }
  });

  it("prefers a smaller message that holds all images to a larger one that holds half of them", async () => {
    // 0.9 on half of the images and chance on the other half: below 0.8 on all.
    expect(accuracy(await received(steps(8, 9).pipe, 20))).toBeCloseTo(0.8, 6);
  });

  it("guesses for images that do not fit, though their message arrives", async () => {
    expect(accuracy(await received(steps(9).pipe, 20))).toBeCloseTo(0.5 + 0.5 / NUM_CLASSES, 6);
  });

  it("is chance where no mode delivers anything, and where there is none", async () => {
    for (const result of [await received(steps(4, 6).pipe, 0), await received(steps().pipe, 20)]) {
      expect(accuracy(result)).toBeCloseTo(1 / NUM_CLASSES, 6);
      expect(result.sent).toBeUndefined();
    }
  });

  it("tries no mode that could not win without errors", async () => {
    const { pipe, asked } = steps(2, 4, 6, 8);
    await received(pipe, 20);
    expect(asked).toEqual(["8 at 20", "8 at 20"]); // once to choose, once to send
  });

  it("chooses for the radio that it plans for, and sends over the one it meets", async () => {
    const { pipe, asked } = steps(4, 8);
    const met: string[] = [];
    const noted: BitPipe = {
      ...pipe,
      deliver(mode, payload, sending) {
        met.push(sending.radio.name);
        return pipe.deliver(mode, payload, sending);
      },
    };
    await received(noted, 20, 0, () => openRadio("rayleigh-block"));
    expect(asked).toEqual(["8 at 20", "8 at 20"]);
    expect(met).toEqual(["rayleigh-block", openRadio({ model: "awgn", receiver: { esNoOffsetDb: 0 } }).name]);
  });

  it("chooses for the Es/N0 that it is told, and meets the true one", async () => {
    // Told 10 dB, it takes 8 bits, which do not arrive at 7 dB.
    expect(accuracy(await received(steps(4, 6, 8).pipe, 7, 3))).toBeCloseTo(1 / NUM_CLASSES, 6);
    expect(accuracy(await received(steps(4, 6, 8).pipe, 7, -2))).toBeCloseTo(0.4, 6);
  });
});
