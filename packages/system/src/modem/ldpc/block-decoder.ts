// SPDX-License-Identifier: Apache-2.0

/** The state of one block between the bits and the checks of a parity-check matrix; reused block after block. */
export interface BlockDecoder {
  /**
   * Starts a new block.
   *
   * @param llrs - [codewordLength] log-likelihood ratios of the channel, 0 where nothing was received
   */
  load(llrs: Float32Array): void;
  /** Declares the bits `from .. to - 1` of the block to be 0 for certain. */
  fix(from: number, to: number): void;
  /** One iteration over these rows of the base graph. */
  iterate(rows: readonly number[]): void;
  /** Whether the bits as they are decided now obey the checks of these rows. */
  satisfies(rows: readonly number[]): boolean;
  /** @param bits - receives as many bits of the codeword as it is long, as they are decided now */
  decide(bits: Uint8Array): void;
}
