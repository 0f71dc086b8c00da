// SPDX-License-Identifier: Apache-2.0
import { type Rng, rngFrom, SemlinkError } from "@semlink/engine";
import { noFromEsNoDb } from "../../channel/decibel.ts";
import { checkWhole } from "../arguments.ts";
import { constellation, type ConstellationName, modulate } from "../constellation.ts";
import { demap } from "../demap.ts";
import { decodeLdpc, type LdpcDecodeOptions } from "./decode.ts";
import { encodeLdpc, type LdpcCode, ldpcCode, type LdpcCodeOptions } from "./ldpc-code.ts";

/** What to simulate, and when to stop. */
export interface BlockErrorOptions {
  readonly code: LdpcCodeOptions;
  /** Es/N0 [dB] */
  readonly esNoDb: number;
  readonly seed: number;
  readonly maxBlocks: number;
  /** Stops at the end of the batch in which so many errors have been seen; default never. */
  readonly enoughErrors?: number | undefined;
  /** Default QPSK. */
  readonly modulation?: ConstellationName | undefined;
  readonly decoding?: LdpcDecodeOptions | undefined;
}

/** Block errors seen over AWGN. */
export interface BlockErrors {
  readonly numBlocks: number;
  readonly numErrors: number;
  readonly meanIterations: number;
}

const BATCH_SIZE = 100;

/**
 * Block errors of an LDPC code over AWGN by Monte-Carlo: blocks with at least one wrong information bit.
 *
 * @returns counts, from which follow rate and interval
 * @throws SemlinkError "invalid-argument" when Es/N0 is not finite, or a count no positive whole number
 */
export function simulateBlockErrors(options: BlockErrorOptions): BlockErrors {
  const { esNoDb, modulation, maxBlocks, enoughErrors = Infinity, decoding } = options;
  const where = "simulateBlockErrors";
  checkWhole(where, "a number of blocks", maxBlocks);
  if (enoughErrors !== Infinity) checkWhole(where, "a number of errors", enoughErrors);
  if (!Number.isFinite(esNoDb)) {
    throw new SemlinkError({
      code: "invalid-argument",
      where,
      expected: "a finite Es/N0 in dB",
      actual: String(esNoDb),
    });
  }
  const code = ldpcCode(options.code);
  const rng = rngFrom(options.seed).fold("block-errors");
  let numBlocks = 0;
  let numErrors = 0;
  let numIterations = 0;
  while (numBlocks < maxBlocks && numErrors < enoughErrors) {
    const batchSize = Math.min(BATCH_SIZE, maxBlocks - numBlocks);
    const { bits, llrs } = awgnBlocks(code, rng.fold(numBlocks), { batchSize, esNoDb, modulation });
    const decoded = decodeLdpc(code, llrs, decoding);
    numBlocks += batchSize;
    numErrors += countBlockErrors(bits, decoded.bits, code.numInfoBits);
    numIterations += decoded.numIterations.reduce((sum, count) => sum + count, 0);
  }
  return { numBlocks, numErrors, meanIterations: numIterations / numBlocks };
}

/** Random blocks as the decoder meets them after AWGN. */
export interface AwgnBlocks {
  /** [batch, numInfoBits] what was sent */
  readonly bits: Uint8Array;
  /** [batch, numCodedBits] exact log-likelihood ratios of what was received */
  readonly llrs: Float32Array;
}

/**
 * Uniform information bits, encoded, modulated and received over AWGN, `y = x + sqrt(no) noise`.
 *
 * @param rng - address of bits and noise
 * @param options - esNoDb Es/N0 [dB]; modulation default QPSK, whose Es/N0 at code rate 1/2 is Eb/N0
 */
export function awgnBlocks(
  code: LdpcCode,
  rng: Rng,
  options: {
    readonly batchSize: number;
    readonly esNoDb: number;
    readonly modulation?: ConstellationName | undefined;
  },
): AwgnBlocks {
  const { batchSize, esNoDb, modulation = "qpsk" } = options;
  const bits = new Uint8Array(rng.fold("bits").integers(batchSize * code.numInfoBits, 2));
  const shape = constellation(modulation);
  const x = modulate(shape, encodeLdpc(code, bits));
  const no = noFromEsNoDb(esNoDb);
  const noise = rng.fold("noise").complexNormal(x.length / 2);
  const deviation = Math.sqrt(no);
  const y = new Float32Array(x.length);
  for (let i = 0; i < x.length; i++) y[i] = x[i]! + deviation * noise[i]!;
  return { bits, llrs: demap(shape, { y, no }) };
}

/** Number of blocks that differ in at least one bit. */
export function countBlockErrors(sent: Uint8Array, decoded: Uint8Array, blockLength: number): number {
  let numErrors = 0;
  for (let first = 0; first < sent.length; first += blockLength) {
    const block = sent.subarray(first, first + blockLength);
    if (block.some((bit, i) => bit !== decoded[first + i])) numErrors++;
  }
  return numErrors;
}
