// SPDX-License-Identifier: Apache-2.0

/** A digest that is fed in parts: `update` any number of times, then `digest` once. */
export interface StreamingHash {
  /** Takes bytes, or a text in UTF-8. */
  update(part: Uint8Array | string): StreamingHash;
  /** @returns the digest of everything so far as lower-case hexadecimal digits */
  digest(): string;
}

const BLOCK = 64;

// The first 32 bits behind the point of the roots of the first primes, as the standard defines its constants.
const PRIMES = firstPrimes(64);
const ROUND_CONSTANTS = Uint32Array.from(PRIMES, (prime) => fractionBits(Math.cbrt(prime)));
const START = Uint32Array.from(PRIMES.slice(0, 8), (prime) => fractionBits(Math.sqrt(prime)));

/**
 * SHA-256 without any platform: for small inputs in code that also runs in a browser.
 *
 * Large inputs are faster with the platform's own implementation, which gives the same digest.
 *
 * @source FIPS 180-4, sections 5.1.1 and 6.2
 */
export class Sha256 implements StreamingHash {
  private readonly state = Uint32Array.from(START);
  private readonly block = new Uint8Array(BLOCK);
  private readonly schedule = new Uint32Array(64);
  private numBytes = 0;

  update(part: Uint8Array | string): this {
    const bytes = typeof part === "string" ? new TextEncoder().encode(part) : part;
    let taken = 0;
    while (taken < bytes.length) {
      const filled = this.numBytes % BLOCK;
      const piece = bytes.subarray(taken, taken + BLOCK - filled);
      this.block.set(piece, filled);
      taken += piece.length;
      this.numBytes += piece.length;
      if (this.numBytes % BLOCK === 0) this.compress();
    }
    return this;
  }

  digest(): string {
    const numBits = this.numBytes * 8;
    const padding = new Uint8Array(BLOCK - ((this.numBytes + 8) % BLOCK) + 8);
    padding[0] = 0x80;
    const length = new DataView(padding.buffer, padding.length - 8);
    length.setUint32(0, Math.floor(numBits / 2 ** 32));
    length.setUint32(4, numBits >>> 0);
    this.update(padding);
    return Array.from(this.state, (word) => word.toString(16).padStart(8, "0")).join("");
  }

  private compress(): void {
    const { state, schedule: w } = this;
    const words = new DataView(this.block.buffer);
    for (let t = 0; t < 16; t++) w[t] = words.getUint32(4 * t);
    for (let t = 16; t < 64; t++) {
      const [early, late] = [w[t - 15]!, w[t - 2]!];
      const s0 = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3);
      const s1 = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10);
      w[t] = w[t - 16]! + s0 + w[t - 7]! + s1;
    }
    let [a, b, c, d, e, f, g, h] = state as unknown as Eight;
    for (let t = 0; t < 64; t++) {
      const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
      const chosen = (e & f) ^ (~e & g);
      const t1 = (h + s1 + chosen + ROUND_CONSTANTS[t]! + w[t]!) | 0;
      const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
      const majority = (a & b) ^ (a & c) ^ (b & c);
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + s0 + majority) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => (state[i] = state[i]! + word));
  }
}

type Eight = [number, number, number, number, number, number, number, number];

const rotate = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

function fractionBits(root: number): number {
  return Math.floor((root - Math.floor(root)) * 2 ** 32);
}

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) {
    if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  }
  return primes;
}
