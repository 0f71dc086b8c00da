// SPDX-License-Identifier: Apache-2.0
import type { BitPipe } from "./bit-pipe.ts";
import { ergodicBits, hasCapacity, informationOfImages } from "../bounds/channel-information.ts";

/** Rates over the ergodic capacity: in AWGN 1 is best, under block fading lower ones meet fewer outages. */
const SHARES = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5];

/**
 * Codes without errors at capacity: a message of n bits arrives where the symbols of its image carry n bits, see
 * `informationOfImages`. A limit; nothing is sent.
 */
export function capacityPipe(): BitPipe {
  return {
    supports: hasCapacity,
    modes(radio, esNoDb, numSymbols) {
      const bits = ergodicBits(radio, esNoDb, numSymbols) ?? 0;
      const sizes = new Set(SHARES.map((share) => Math.floor(share * bits + 1e-6)).filter((n) => n > 0));
      return [...sizes].map((numPayloadBits) => ({ name: `${numPayloadBits} bits`, numPayloadBits }));
    },
    deliver({ numPayloadBits }, payload, sending) {
      const batchSize = payload.length / numPayloadBits;
      const carried = informationOfImages(batchSize, sending);
      return { isDelivered: Uint8Array.from(carried, (bits) => (bits >= numPayloadBits - 1e-5 ? 1 : 0)) };
    },
  };
}
