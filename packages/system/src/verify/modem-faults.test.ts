// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { constellation, demap, modulate, simulateBlockErrors } from "../modem/index.ts";
import type { Check } from "./check.ts";
import { bitErrorChecks, demappingChecks } from "./checks/modulation.ts";
import { blockErrorChecks } from "./checks/block-errors.ts";
import { type ModemParts, modemParts } from "./modem-parts.ts";
import { modemChannels } from "./modem-sample.ts";
import { runCheck } from "./run-check.ts";

const EFFORT = { precision: 0.1, cheapPrecision: 0.1, maxBatches: 4 };

/** Names and quantities of the checks that fail. */
async function failed(checks: readonly Check[]): Promise<string[]> {
  const quick = checks.filter(({ isSlow = false }) => !isSlow);
  const done = await Promise.all(quick.map((check) => runCheck(check, "faults", rngFrom(3), EFFORT)));
  return done.filter(({ passed }) => !passed).map(({ name, quantity }) => `${name}: ${quantity}`);
}

const overAwgn = (modem: ModemParts): Check[] => {
  const awgn = modemChannels.slice(0, 1);
  return [...bitErrorChecks(modem, awgn), ...demappingChecks(modem, awgn)];
};

const FAULTS: readonly {
  fault: string;
  found: readonly RegExp[];
  spared?: RegExp;
  parts: Partial<ModemParts>;
}[] = [
  {
    fault: "3 dB too much noise in the demapper",
    found: [
      /^bpsk.*max-log: mean log-likelihood/,
      /^qpsk.*exact: mean log/,
      /^64qam.*exact: bit errors beyond/,
    ],
    // The nearest point is the same at every noise level.
    spared: /: bit error rate$/,
    parts: {
      demap: (shape, { y, no }, method) =>
        demap(shape, { y, no: typeof no === "number" ? 2 * no : no.map((level) => 2 * level) }, method),
    },
  },
  {
    fault: "noise of one axis taken for that of the symbol",
    found: [/^bpsk.*max-log: mean log-likelihood/, /^16qam.*exact: bit errors beyond/],
    parts: {
      demap: (shape, { y, no }, method) =>
        demap(shape, { y, no: typeof no === "number" ? no / 2 : no.map((level) => level / 2) }, method),
    },
  },
  {
    fault: "log-likelihood ratios positive for 1",
    found: [/^qpsk.*max-log: mean log-likelihood/, /^256qam.*: bit error rate/],
    parts: { demap: (...given) => demap(...given).map((llr) => -llr) },
  },
  {
    fault: "8PSK numbered around the circle instead of Gray's order",
    found: [/^8psk.*: bit error rate/],
    spared: /^(?!8psk)/,
    parts: {
      constellation(name) {
        const shape = constellation(name);
        if (name !== "8psk") return shape;
        const points = Float32Array.from({ length: 16 }, (_, i) => {
          const angle = (Math.PI / 4) * (i >> 1);
          return i % 2 === 0 ? Math.cos(angle) : Math.sin(angle);
        });
        return { ...shape, points };
      },
    },
  },
  {
    fault: "neighbouring bits of the mapping exchanged",
    found: [/^qpsk.*: bit error rate/, /^16qam.*: bit error rate/],
    spared: /^bpsk/,
    parts: {
      modulate: (shape, bits) =>
        modulate(shape, shape.bitsPerSymbol % 2 === 0 ? bits.map((_, i) => bits[i ^ 1]!) : bits),
    },
  },
  {
    fault: "constellations of power 2",
    found: [/^bpsk.*: bit error rate/, /^256qam.*: bit error rate/],
    parts: { modulate: (...given) => modulate(...given).map((value) => Math.SQRT2 * value) },
  },
];

describe("a planted fault of the modem is found", () => {
  it.each(FAULTS.map(({ fault, ...rest }) => [fault, rest] as const))(
    "%s",
    async (_fault, { found, spared, parts }) => {
      const names = await failed(overAwgn({ ...modemParts, ...parts }));
      for (const name of found) {
        expect(names).toEqual(expect.arrayContaining([expect.stringMatching(name)]));
      }
      if (spared) expect(names.filter((name) => spared.test(name))).toEqual([]);
    },
  );

  it.each([
    ["half a decibel less signal", { gainDb: -0.5, maxIterations: 20 }],
    ["4 iterations instead of 20", { gainDb: 0, maxIterations: 4 }],
  ])("LDPC: %s", async (_fault, { gainDb, maxIterations }) => {
    const short = blockErrorChecks((options) =>
      simulateBlockErrors({
        ...options,
        esNoDb: options.esNoDb + gainDb,
        decoding: { ...options.decoding, maxIterations },
      }),
    ).filter(({ name }) => /^n = (128|512), min-sum/.test(name));
    expect(await failed(short)).not.toEqual([]);
  });
});

describe("the sound modem", () => {
  it("passes with the seed of the faults", async () => {
    expect(await failed(overAwgn(modemParts))).toEqual([]);
  });
});
