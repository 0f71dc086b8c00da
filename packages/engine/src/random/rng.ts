// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "../errors.ts";
import { fillPhilox, type PhiloxKey } from "./philox.ts";

/**
 * An immutable address `(seed, path)` of random numbers.
 *
 * A draw depends only on the address and its own kind: asking twice gives the same numbers, asking for fewer
 * gives the first of them, and different kinds (`uniform`, `normal`, ...) of one address are independent. Use
 * {@link Rng.fold} to get new numbers.
 */
export interface Rng {
  /**
   * The child address `path`. Children do not depend on the order or number of earlier calls; a number is the
   * same path as its decimal text.
   *
   * @throws SemlinkError "invalid-argument" when `path` is a number but not an integer
   */
  fold(path: string | number): Rng;
  /** @returns [count] uniform multiples of 2^-24 in [0, 1) */
  uniform(count: number): Float32Array;
  /** @returns [count] samples of N(0, 1) */
  normal(count: number): Float32Array;
  /** @returns [count, 2] samples of CN(0, 1) as (re, im): variance 1/2 per axis */
  complexNormal(count: number): Float32Array;
  /**
   * @returns [count] uniform integers in [0, bound)
   * @throws SemlinkError "invalid-argument" unless `bound` is an integer in 1..2^32
   */
  integers(count: number, bound: number): Uint32Array;
  /** @returns [length] the numbers 0 .. length - 1, each once, in uniformly random order */
  permutation(length: number): Uint32Array;
}

/**
 * The root address of a seed.
 *
 * @param seed - safe integer; different seeds are different Philox keys
 * @throws SemlinkError "invalid-argument" when `seed` is not a safe integer
 */
export function rngFrom(seed: number): Rng {
  checkInteger("rngFrom", "a safe integer as seed", seed, -Number.MAX_SAFE_INTEGER);
  return new PhiloxRng([seed >>> 0, Math.floor(seed / TWO_32) >>> 0]);
}

const TWO_32 = 2 ** 32;
const BYTES_PER_HASH_BLOCK = 12;
const LAST_BLOCK = 0x40000000;

// The last two counter words tell the kinds of draws of one key apart; word 3 is zero for draws and has the top
// bit set when a path is hashed, so a child's key is never a word that its parent draws.
const UNIFORM = 1;
const NORMAL = 2;
const COMPLEX_NORMAL = 3;
const INTEGERS = 4;
const PERMUTATION = 5;
const HASH = 0x80000000;

class PhiloxRng implements Rng {
  readonly #key: PhiloxKey;

  constructor(key: PhiloxKey) {
    this.#key = key;
  }

  fold(path: string | number): Rng {
    if (typeof path === "number") checkInteger("Rng.fold", "an integer", path, -Number.MAX_SAFE_INTEGER);
    return new PhiloxRng(hashPath(this.#key, String(path)));
  }

  uniform(count: number): Float32Array {
    const words = this.#words(UNIFORM, count);
    const out = new Float32Array(words.buffer); // in place: element i replaces word i
    for (let i = 0; i < count; i++) out[i] = (words[i]! >>> 8) * 2 ** -24;
    return out;
  }

  normal(count: number): Float32Array {
    const pairs = boxMuller(this.#words(NORMAL, count % 2 === 1 ? count + 1 : count), 1);
    return pairs.length === count ? pairs : pairs.slice(0, count);
  }

  complexNormal(count: number): Float32Array {
    return boxMuller(this.#words(COMPLEX_NORMAL, count, 2), 0.5);
  }

  integers(count: number, bound: number): Uint32Array {
    checkInteger("Rng.integers", "a bound in 1..2^32", bound, 1, TWO_32);
    const words = this.#words(INTEGERS, count, 2);
    const out = new Uint32Array(count);
    for (let i = 0; i < count; i++) out[i] = Math.floor(fraction53(words, i) * bound);
    return out;
  }

  permutation(length: number): Uint32Array {
    const words = this.#words(PERMUTATION, length, 2);
    const out = new Uint32Array(length);
    // Fisher and Yates, inside out: element i goes to a uniform place among the first i + 1.
    for (let i = 0; i < length; i++) {
      const place = Math.floor(fraction53(words, i) * (i + 1));
      out[i] = out[place]!;
      out[place] = i;
    }
    return out;
  }

  #words(kind: number, count: number, wordsEach = 1): Uint32Array {
    checkInteger("Rng", "a count of random numbers", count, 0, TWO_32);
    const words = new Uint32Array(count * wordsEach);
    fillPhilox(words, this.#key, [0, 0, kind, 0]);
    return words;
  }
}

/** Fraction `i` in [0, 1) with 53 bits out of two words; times a bound of at most 2^32 it stays below it. */
function fraction53(words: Uint32Array, i: number): number {
  return (words[2 * i]! * 2 ** 21 + (words[2 * i + 1]! >>> 11)) * 2 ** -53;
}

/**
 * Pairs of words to pairs of normal samples, in place: `sqrt(-2 v ln u1) (cos 2 pi u2, sin 2 pi u2)`.
 * The arithmetic is double precision, rounded once to float32.
 *
 * @param variance - v, of each value
 * @source Box, Muller 1958
 */
function boxMuller(words: Uint32Array, variance: number): Float32Array {
  const out = new Float32Array(words.buffer);
  for (let i = 0; i < words.length; i += 2) {
    const radius = Math.sqrt(-2 * variance * Math.log((words[i]! + 0.5) * 2 ** -32)); // u1 is never zero
    const angle = words[i + 1]! * (2 * Math.PI * 2 ** -32);
    out[i] = radius * Math.cos(angle);
    out[i + 1] = radius * Math.sin(angle);
  }
  return out;
}

/** Chains the UTF-8 bytes of `path` through Philox, 12 bytes a block; the fourth word holds length and end. */
function hashPath(parent: PhiloxKey, path: string): PhiloxKey {
  const bytes = new TextEncoder().encode(path);
  const numBlocks = Math.max(1, Math.ceil(bytes.length / BYTES_PER_HASH_BLOCK));
  const block = new Uint8Array(BYTES_PER_HASH_BLOCK);
  const view = new DataView(block.buffer);
  const digest = new Uint32Array(2);
  let key = parent;
  for (let b = 0; b < numBlocks; b++) {
    const part = bytes.subarray(b * BYTES_PER_HASH_BLOCK, (b + 1) * BYTES_PER_HASH_BLOCK);
    block.fill(0);
    block.set(part);
    const tag = HASH | (b === numBlocks - 1 ? LAST_BLOCK : 0) | part.length;
    fillPhilox(digest, key, [view.getUint32(0, true), view.getUint32(4, true), view.getUint32(8, true), tag]);
    key = [digest[0]!, digest[1]!];
  }
  return key;
}

function checkInteger(
  where: string,
  what: string,
  value: number,
  min: number,
  max: number = Number.MAX_SAFE_INTEGER,
): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new SemlinkError({ code: "invalid-argument", where, expected: what, actual: String(value) });
}
