// SPDX-License-Identifier: Apache-2.0
import type { Rng } from "@semlink/engine";
import { noFromEsNoDb } from "../../channel/decibel.ts";
import { constellation, type ConstellationName, modulate } from "../constellation.ts";
import { demap } from "../demap.ts";
import { encodeLdpc, type LdpcCode } from "./ldpc-code.ts";

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
  const bits = Uint8Array.from(rng.fold("bits").integers(batchSize * code.numInfoBits, 2));
  const shape = constellation(modulation);
  const x = modulate(shape, encodeLdpc(code, bits));
  const no = noFromEsNoDb(esNoDb);
  const noise = rng.fold("noise").complexNormal(x.length / 2);
  const y = x.map((value, i) => value + Math.sqrt(no) * noise[i]!);
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
