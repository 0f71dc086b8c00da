// SPDX-License-Identifier: Apache-2.0
import type { VerifyReport } from "./verify-report.ts";

/** A report with one line in each of two panels; the second figure lies outside its bound. */
export function smallReport(): VerifyReport {
  const line = { chart: "bit-error-rates", series: "QPSK" } as const;
  const text = { family: "bit errors", quantity: "bit error rate", source: "a <book>" };
  return {
    schema: "semlink-verify/1",
    seed: 3,
    isQuick: false,
    channel: null,
    passed: false,
    checks: [
      {
        ...text,
        name: "qpsk, AWGN at 0 dB",
        theory: 0.16,
        simulated: 0.161,
        deviation: 0.001,
        bound: { below: 0.005, above: 0.005 },
        n: 12_000,
        passed: true,
        detail: null,
        place: { ...line, panel: "AWGN", x: 0 },
      },
      {
        ...text,
        name: "qpsk, fading at 6 dB",
        theory: 0.07,
        simulated: 0.09,
        deviation: 0.001,
        bound: { below: null, above: 0.006 },
        n: 8000,
        passed: false,
        detail: "what contradicts it",
        place: { ...line, panel: "fading", x: 6 },
      },
      {
        family: "known answers",
        quantity: "check bits",
        name: "crc16",
        theory: 5,
        simulated: 5,
        deviation: 0,
        bound: { below: 0, above: 0 },
        n: 72,
        passed: true,
        detail: null,
        source: "3GPP",
        place: null,
      },
    ],
    curves: ["AWGN", "fading"].map((panel) => ({
      ...line,
      panel,
      points: [
        [0, 0.16],
        [6, 0.07],
        [12, 0.002],
      ],
    })),
    throughput: {
      mbitPerCpuSecond: 2.5,
      numInfoBits: 500,
      numCodedBits: 1000,
      esNoDb: 2,
      meanIterations: 6,
      blockErrorRate: 0.002,
      processor: "a processor",
    },
  };
}
