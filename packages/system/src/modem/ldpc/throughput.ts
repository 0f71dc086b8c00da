// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { median } from "../../numbers/statistics.ts";
import { checkWhole } from "../arguments.ts";
import { awgnBlocks, countBlockErrors } from "./block-error-rate.ts";
import { decodeLdpc, type LdpcDecodeOptions } from "./decode.ts";
import { ldpcCode, type LdpcCodeOptions } from "./ldpc-code.ts";

/** What to decode, and how often. */
export interface ThroughputOptions {
  /** Default 500 information bits in 1000. */
  readonly code?: LdpcCodeOptions | undefined;
  /** Es/N0 of QPSK over AWGN [dB]; default 2, where one block in some 300 fails at the default code. */
  readonly esNoDb?: number | undefined;
  /** Blocks of a round; default 400. */
  readonly numBlocks?: number | undefined;
  /** Default 7. */
  readonly numRounds?: number | undefined;
  readonly decoding?: LdpcDecodeOptions | undefined;
}

/** Decoding speed on one core. */
export interface Throughput {
  /** Median over the rounds of information bits per second of wall time, in 10^6. */
  readonly mbitPerSecond: number;
  /** The same per second that the process was given a core, which is the figure of a machine that others share. */
  readonly mbitPerCpuSecond: number;
  /** [numRounds] by wall time, in the order of measurement */
  readonly rounds: readonly number[];
  readonly meanIterations: number;
  readonly blockErrorRate: number;
}

/**
 * Information bits decoded per second by one thread: rate recovery and decoding, at a working point.
 *
 * The same blocks every round; a first round warms up and is not counted. Encoding, modulation and noise are outside.
 *
 * @throws SemlinkError "invalid-argument" when blocks or rounds are no positive whole number
 */
export function measureLdpcThroughput(options: ThroughputOptions = {}): Throughput {
  const { esNoDb = 2, numBlocks = 400, numRounds = 7, decoding } = options;
  checkWhole("measureLdpcThroughput", "a number of blocks", numBlocks);
  checkWhole("measureLdpcThroughput", "a number of rounds", numRounds);
  const code = ldpcCode(options.code ?? { numInfoBits: 500, numCodedBits: 1000 });
  const { bits, llrs } = awgnBlocks(code, rngFrom(0).fold("throughput"), { batchSize: numBlocks, esNoDb });
  const decoded = decodeLdpc(code, llrs, decoding);
  const rounds = Array.from({ length: numRounds }, () => {
    const start = performance.now();
    const startCpu = process.cpuUsage();
    decodeLdpc(code, llrs, decoding);
    const cpu = process.cpuUsage(startCpu);
    return {
      wall: bits.length / (performance.now() - start) / 1e3,
      cpu: bits.length / (cpu.user + cpu.system),
    };
  });
  return {
    mbitPerSecond: median(rounds.map(({ wall }) => wall)),
    mbitPerCpuSecond: median(rounds.map(({ cpu }) => cpu)),
    rounds: rounds.map(({ wall }) => wall),
    meanIterations: decoded.numIterations.reduce((sum, count) => sum + count, 0) / numBlocks,
    blockErrorRate: countBlockErrors(bits, decoded.bits, code.numInfoBits) / numBlocks,
  };
}
