// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { appendCrc, type CrcName, crcBits, hasValidCrc, NUM_CRC_BITS } from "./crc.ts";

const bitsOf = (bytes: Uint8Array): Uint8Array =>
  Uint8Array.from({ length: 8 * bytes.length }, (_, i) => (bytes[i >> 3]! >> (7 - (i & 7))) & 1);
const numberOf = (bits: Uint8Array): number => bits.reduce((value, bit) => 2 * value + bit, 0);
const message = fc.uint8Array({ min: 0, max: 1, minLength: 1, maxLength: 200 });

// Published check values of the text "123456789": CRC-16/XMODEM, CRC-24/LTE-A, CRC-24/LTE-B.
describe.each<[CrcName, number]>([
  ["crc16", 0x31c3],
  ["crc24a", 0xcde703],
  ["crc24b", 0x23ef52],
])("%s", (crc, check) => {
  it("of the text 123456789 is the published check value", () => {
    expect(numberOf(crcBits(bitsOf(new TextEncoder().encode("123456789")), crc))).toBe(check);
  });

  it("of a single one is the generator: D^L mod g", () => {
    const generator = { crc16: 0x1021, crc24a: 0x864cfb, crc24b: 0x800063 }[crc];
    expect(numberOf(crcBits(Uint8Array.of(1), crc))).toBe(generator);
  });

  it("refuses bits other than 0 and 1", () => {
    expect(() => crcBits(Uint8Array.of(1, 0, 255), crc)).toThrow("got 255 at index 2");
  });

  it("accepts every message with its own check bits", () => {
    fc.assert(fc.property(message, (bits) => hasValidCrc(appendCrc(bits, crc), crc)));
  });

  it("notices every burst of errors no longer than itself", () => {
    fc.assert(
      fc.property(
        message,
        fc.nat(),
        fc.uint8Array({ min: 0, max: 1, maxLength: NUM_CRC_BITS[crc] - 1 }),
        (bits, place, burst) => {
          const received = appendCrc(bits, crc);
          const first = place % received.length;
          [1, ...burst].forEach((flip, i) => {
            if (first + i < received.length) received[first + i]! ^= flip;
          });
          expect(hasValidCrc(received, crc)).toBe(false);
        },
      ),
    );
  });
});
