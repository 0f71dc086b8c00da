// SPDX-License-Identifier: Apache-2.0
import type { Radio } from "../../channel/radio.ts";
import type { Sending } from "../line.ts";

/** One way of sending bits over some symbols. */
export interface PipeMode {
  /** "16qam 1/2" */
  readonly name: string;
  /** Payload bits of a message, check bits aside. */
  readonly numPayloadBits: number;
}

/** What became of a batch of messages. */
export interface Delivery {
  /** [batch] 1 where the message arrived whole, and the receiver knows it */
  readonly isDelivered: Uint8Array;
  /** [batch, numSymbols, 2] of mean power exactly 1 for each message; absent where only a limit is computed */
  readonly sent?: Float32Array;
}

/** Bits over a radio: every mode either delivers a message whole or not at all. */
export interface BitPipe<Mode extends PipeMode = PipeMode> {
  supports(radio: Radio): boolean;
  /** Modes worth trying at an Es/N0 [dB] with so many symbols, of which a line takes the best. */
  modes(radio: Radio, esNoDb: number, numSymbols: number): readonly Mode[];
  /**
   * @param payload - [batch, numPayloadBits] zeros and ones
   */
  deliver(mode: Mode, payload: Uint8Array, sending: Sending): Delivery;
}
