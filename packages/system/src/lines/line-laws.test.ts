// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { symbolPrefix } from "../channel/channel-model.ts";
import { openRadio } from "../channel/channel-spec.ts";
import { type LineCase, lineLaws } from "./line-laws.fixture.ts";
import { type LineDeclaration, overTheAir, type PreparedLine, receptionOf, type Sending } from "./line.ts";

const [COUNT, LONGEST] = [6, 4];
const radio = openRadio("rayleigh-block");
const laws = Object.keys(lineLaws) as (keyof typeof lineLaws)[];

/** A word for each item: all symbols `amplitude` on the real axis. */
const words = (count: number, amplitude: number): Float32Array =>
  Float32Array.from({ length: count * LONGEST * 2 }, (_, i) => (i % 2 === 0 ? amplitude : 0));

const DECLARED: LineDeclaration = {
  power: "unit",
  reception: "equalized",
  lengths: "any",
  receives: ["decision"],
};

/** A sound line of one word, whose decision is the sign of what arrives first. */
function soundLine(count: number, amplitude = 1): PreparedLine {
  return {
    async transmit(sending) {
      const sent = symbolPrefix(words(count, amplitude), count, sending.numSymbols);
      const air = overTheAir(sent, sending);
      const { xHat } = sending.radio.transmit(air.sent, air.draw);
      const decisions = Uint8Array.from({ length: count }, (_, item) =>
        xHat[item * sending.numSymbols * 2]! > 0 ? 1 : 0,
      );
      return { sent, decisions };
    },
  };
}

function caseOf(line: (count: number) => PreparedLine, declares: Partial<LineDeclaration> = {}): LineCase {
  return {
    title: "one word",
    declares: { ...DECLARED, ...declares },
    open: (_first, count) => Promise.resolve(line(count)),
    count: COUNT,
    numAnswers: 2,
    lengths: [2, LONGEST],
  };
}

/** The sound line with a fault in what it says it received. */
const faulty =
  (fault: (received: Awaited<ReturnType<PreparedLine["transmit"]>>, sending: Sending) => object) =>
  (count: number): PreparedLine => ({
    transmit: async (sending) => {
      const received = await soundLine(count).transmit(sending);
      return { ...received, ...fault(received, sending) };
    },
  });

async function brokenLaws(tested: LineCase): Promise<string[]> {
  const broken: string[] = [];
  for (const law of laws) if ((await lineLaws[law](tested, radio)) !== null) broken.push(law);
  return broken;
}

let numCalls = 0;
const planted: readonly [fault: string, law: (typeof laws)[number], tested: LineCase][] = [
  ["more power than 1", "power", caseOf((count) => soundLine(count, 1.001))],
  ["less power than 1", "power", caseOf((count) => soundLine(count, 0.999))],
  ["more than the peak", "power", caseOf((count) => soundLine(count, 1.001), { power: "peak" })],
  ["symbols of a limit", "power", caseOf(soundLine, { power: "none" })],
  ["no symbols of a line that sends", "power", caseOf(faulty(() => ({ sent: undefined })))],
  [
    "an answer that there is not",
    "receives",
    caseOf(faulty(() => ({ decisions: new Uint8Array(COUNT).fill(2) }))),
  ],
  [
    "an embedding that is not declared",
    "receives",
    caseOf(faulty(() => ({ embedding: new Float32Array(COUNT) }))),
  ],
  [
    "no embedding where one is declared",
    "receives",
    caseOf(soundLine, { receives: ["decision", "embedding"] }),
  ],
  ["no decision where one is declared", "receives", caseOf(faulty(() => ({ decisions: undefined })))],
  [
    "a guess of more than 1",
    "receives",
    caseOf(faulty(() => ({ guessed: new Float32Array(COUNT).fill(1.5) }))),
  ],
  ["equalised symbols where raw ones are declared", "reception", caseOf(soundLine, { reception: "raw" })],
  [
    "raw symbols where equalised ones are declared",
    "reception",
    caseOf(
      faulty(({ sent }, sending) => {
        receptionOf(sent!, sending);
        return {};
      }),
    ),
  ],
  ["a length that is not declared", "lengths", caseOf(soundLine, { lengths: [2, LONGEST] })],
  [
    "the neighbours in a batch",
    "independence",
    caseOf((count) =>
      faulty(({ sent }) => ({ sent: sent!.map((value) => value * (1 + 1e-3 * count)) }))(count),
    ),
  ],
  [
    "another result each time",
    "addressing",
    caseOf(faulty(() => ({ guessed: new Float32Array(COUNT).fill((numCalls++ % 7) / 7) }))),
  ],
  [
    "the length of the draw",
    "addressing",
    caseOf(faulty((_, { draw }) => ({ guessed: new Float32Array(COUNT).fill(1 / draw["noise"]!.length) }))),
  ],
  [
    "a draw that is too short",
    "shortDraw",
    caseOf((count) => ({
      transmit: async () => ({ sent: words(count, 1), decisions: new Uint8Array(count) }),
    })),
  ],
];

describe("the laws of lines", () => {
  it("are kept by a sound line", async () => {
    expect(await brokenLaws(caseOf(soundLine))).toEqual([]);
    expect(await brokenLaws(caseOf((count) => soundLine(count, 0.5), { power: "peak" }))).toEqual([]);
  });

  it.each(planted)("catch %s by the law of %s", async (_fault, law, tested) => {
    expect(await lineLaws[law](tested, radio)).not.toBeNull();
  });
});
