// SPDX-License-Identifier: Apache-2.0
// AssemblyScript. Layered normalised min-sum on 8 blocks at once, one in each 16-bit lane of a vector.
// `node scripts/build-kernel.js` compiles it into min-sum-kernel.ts; a test compiles it again and compares.
//
// All places are byte addresses in the module's memory, which min-sum-lanes.ts lays out:
//   word        f32 [numBits + 4]    log-likelihood ratios of a block that begins
//   bits        u8 [numInfoBits]     information bits of a block that ends
//   checkStart  u32 [numRows Z + 1]  first edge of each check
//   bitAt       u32 [numEdges]       address of the vector of the edge's bit in `sums`
//   messages    i16 [numEdges, 8]    last message of each edge
//   informed    i16 [numRows, 8]     -1 where the row counts in a lane, else 0
//   sums        i16 [numBits, 8]     what each bit says, messages included

/** Largest size of a message before it is normalised: `LARGEST_MESSAGE` of min-sum.ts. */
const LARGEST: i16 = 16383;
/** What each message is less than its normalised size: `OFFSET` of min-sum.ts. */
const OFFSET: i16 = 1;
/** Room for what the bits of one check say: no check has more bits. */
const MOST_BITS: i32 = 32;
const scratch: usize = memory.data(16 * MOST_BITS, 16);

/**
 * One iteration over all rows that count in some lane.
 *
 * @param kept i16 [8]: -1, or 0 in lanes whose block has just begun, whose messages are of the block before
 * @param factor normalisation in units of 2^-15
 */
export function iterate(
  numRows: i32,
  liftingSize: i32,
  checkStart: usize,
  bitAt: usize,
  messages: usize,
  informed: usize,
  kept: usize,
  factor: i32,
): void {
  const keptLanes = v128.load(kept);
  const factors = i16x8.splat(<i16>factor);
  for (let row = 0; row < numRows; row++, informed += 16, checkStart += <usize>liftingSize << 2) {
    const counts = v128.load(informed);
    if (!v128.any_true(counts)) continue;
    const last = checkStart + (<usize>liftingSize << 2);
    for (let check = checkStart; check < last; check += 4) {
      const first = <usize>load<u32>(check);
      const end = bitAt + (<usize>load<u32>(check, 4) << 2);
      updateCheck(bitAt + (first << 2), end, messages + (first << 4), v128.and(counts, keptLanes), counts, factors);
    }
  }
}

// @ts-ignore: decorator
@inline
function updateCheck(first: usize, end: usize, message: usize, kept: v128, counts: v128, factors: v128): void {
  let smallest = i16x8.splat(LARGEST);
  let second = smallest;
  let signs = i16x8.splat(0); // the top bit is the product of the signs
  let place = scratch;
  for (let edge = first, old = message; edge < end; edge += 4, old += 16, place += 16) {
    const said = i16x8.sub_sat_s(v128.load(<usize>load<u32>(edge)), v128.and(v128.load(old), kept));
    v128.store(place, said);
    signs = v128.xor(signs, said);
    const size = i16x8.abs(said);
    second = i16x8.min_u(second, i16x8.max_u(size, smallest));
    smallest = i16x8.min_u(smallest, size);
  }
  const usual = v128.and(normalised(smallest, factors), counts);
  const ofSmallest = v128.and(normalised(second, factors), counts);
  place = scratch;
  for (let edge = first; edge < end; edge += 4, message += 16, place += 16) {
    const said = v128.load(place);
    const size = v128.bitselect(ofSmallest, usual, i16x8.eq(i16x8.abs(said), smallest));
    const sign = i16x8.shr_s(v128.xor(signs, said), 15);
    const signed = i16x8.sub(v128.xor(size, sign), sign);
    v128.store(message, signed);
    v128.store(<usize>load<u32>(edge), i16x8.add_sat_s(said, signed));
  }
}

/** A size times the normalisation, less the offset, at least one step where it was not 0. */
// @ts-ignore: decorator
@inline
function normalised(size: v128, factors: v128): v128 {
  const smaller = i16x8.sub_sat_u(i16x8.q15mulr_sat_s(size, factors), i16x8.splat(OFFSET));
  return i16x8.max_u(smaller, i16x8.min_u(size, i16x8.splat(1)));
}

/**
 * Which lanes are not done: a check that counts is broken, or an information bit is open.
 *
 * @param idle i16 [8]: -1 in lanes without a block, which do not matter
 * @param numInfoBits information bits, at the start of `sums`
 * @returns bit i for lane i
 */
export function unfinished(
  numRows: i32,
  liftingSize: i32,
  checkStart: usize,
  bitAt: usize,
  informed: usize,
  idle: usize,
  sums: usize,
  numInfoBits: i32,
): i32 {
  const idleLanes = v128.load(idle);
  let broken = i16x8.splat(0);
  for (let row = 0; row < numRows; row++, informed += 16, checkStart += <usize>liftingSize << 2) {
    const counts = v128.load(informed);
    if (!v128.any_true(counts)) continue;
    let edge = bitAt + (<usize>load<u32>(checkStart) << 2);
    for (let check = checkStart; check < checkStart + (<usize>liftingSize << 2); check += 4) {
      const end = bitAt + (<usize>load<u32>(check, 4) << 2);
      let signs = i16x8.splat(0);
      for (; edge < end; edge += 4) signs = v128.xor(signs, v128.load(<usize>load<u32>(edge)));
      broken = v128.or(broken, v128.and(signs, counts));
    }
    // Every lane that matters is broken: nothing more to find.
    if (i16x8.all_true(i16x8.shr_s(v128.or(broken, idleLanes), 15))) break;
  }
  broken = i16x8.shr_s(broken, 15);
  const zero = i16x8.splat(0);
  for (let bit = sums; bit < sums + (<usize>numInfoBits << 4); bit += 16)
    broken = v128.or(broken, i16x8.eq(v128.load(bit), zero));
  return i16x8.bitmask(v128.andnot(broken, idleLanes));
}

/** What stands for an infinite ratio, and how outliers are cut: as in received-word.ts, which defines the values. */
const CERTAIN: f32 = 1e30;
const OUTLIER: f64 = 8;
const NUM_ROUNDS: i32 = 20;
const STEPS_OF_TYPICAL: f64 = 512;

/**
 * Puts a block into a lane: its ratios on the block's own scale, and the rows that they inform.
 *
 * @param word f32 [numBits], zeros behind the bits that were received
 * @param count bits that may have been received, a multiple of 4
 * @param lane byte offset of the lane, `2 i`
 */
export function begin(
  word: usize,
  count: i32,
  numInfoBits: i32,
  firstParity: i32,
  numRows: i32,
  liftingSize: i32,
  numCoreRows: i32,
  informed: usize,
  sums: usize,
  lane: usize,
): void {
  const unit = <f32>(STEPS_OF_TYPICAL / typicalSize(word, word + (<usize>count << 2)));
  quantise(word, sums + lane, 0, numInfoBits, unit);
  for (let row = 0; row < numRows; row++, informed += 16) {
    const first = firstParity + row * liftingSize;
    const counts = row < numCoreRows || isHeard(word, first, min(first + liftingSize, count));
    store<i16>(informed + lane, counts ? -1 : 0);
    if (counts) quantise(word, sums + lane, first, first + liftingSize, unit);
  }
}

function isHeard(word: usize, from: i32, to: i32): bool {
  for (let place = word + (<usize>from << 2); place < word + (<usize>max(from, to) << 2); place += 4)
    if (load<f32>(place) != 0) return true;
  return false;
}

/** Mean size `m` of the finite ratios other than 0, each counted as at most `8 m`; 1 where there are none. */
function typicalSize(from: usize, to: usize): f64 {
  const zero = f32x4.splat(0);
  const certain = f32x4.splat(CERTAIN);
  let mean = f64.MAX_VALUE * 2;
  for (let round = 0; round < NUM_ROUNDS; round++) {
    const limit = f64x2.splat(OUTLIER * mean);
    let low = f64x2.splat(0);
    let high = low;
    let numSmaller = i32x4.splat(0); // minus the number of ratios that count
    let largest = zero;
    for (let place = from; place < to; place += 16) {
      const sizes = f32x4.abs(v128.load(place));
      const counts = v128.and(f32x4.gt(sizes, zero), f32x4.lt(sizes, certain));
      const counted = v128.and(sizes, counts);
      numSmaller = i32x4.add(numSmaller, counts);
      largest = f32x4.max(largest, counted);
      low = f64x2.add(low, f64x2.min(f64x2.promote_low_f32x4(counted), limit));
      const upper = v128.shuffle<i64>(counted, counted, 1, 1);
      high = f64x2.add(high, f64x2.min(f64x2.promote_low_f32x4(upper), limit));
    }
    const num =
      -(i32x4.extract_lane(numSmaller, 0) + i32x4.extract_lane(numSmaller, 1) +
        i32x4.extract_lane(numSmaller, 2) + i32x4.extract_lane(numSmaller, 3));
    if (num == 0) return 1;
    const sum =
      f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1) +
      (f64x2.extract_lane(high, 0) + f64x2.extract_lane(high, 1));
    const most = max(
      max(f32x4.extract_lane(largest, 0), f32x4.extract_lane(largest, 1)),
      max(f32x4.extract_lane(largest, 2), f32x4.extract_lane(largest, 3)),
    );
    const next = sum / <f64>num;
    const isSettled = next > 0.999 * mean || <f64>most <= OUTLIER * next;
    mean = next;
    if (isSettled) break;
  }
  return mean;
}

/** The bits `from .. to - 1` of a word into one lane; room for 3 more ratios behind them is read and not used. */
function quantise(word: usize, lane: usize, from: i32, to: i32, unit: f32): void {
  const units = f32x4.splat(unit);
  const half = f32x4.splat(0.5);
  const sign = i32x4.splat(0x80000000);
  let target = lane + (<usize>from << 4);
  const end = lane + (<usize>to << 4);
  for (let place = word + (<usize>from << 2); target < end; place += 16, target += 64) {
    const value = f32x4.mul(v128.load(place), units);
    const away = v128.or(half, v128.and(value, sign));
    const wide = i32x4.trunc_sat_f32x4_s(f32x4.add(value, away));
    const steps = i16x8.narrow_i32x4_s(wide, wide);
    store<i16>(target, <i16>i16x8.extract_lane_s(steps, 0));
    if (target + 16 < end) store<i16>(target, <i16>i16x8.extract_lane_s(steps, 1), 16);
    if (target + 32 < end) store<i16>(target, <i16>i16x8.extract_lane_s(steps, 2), 32);
    if (target + 48 < end) store<i16>(target, <i16>i16x8.extract_lane_s(steps, 3), 48);
  }
}

/**
 * The information bits of a lane as they are decided; from then on no row counts in the lane.
 *
 * @param bits u8 [numInfoBits] receives them
 * @returns 1 where none is open, else 0
 */
export function end(bits: usize, numInfoBits: i32, numRows: i32, informed: usize, sums: usize, lane: usize): i32 {
  let isDecided = 1;
  let sum = sums + lane;
  for (let bit = bits; bit < bits + <usize>numInfoBits; bit++, sum += 16) {
    const said = load<i16>(sum);
    store<u8>(bit, said < 0 ? 1 : 0);
    if (said == 0) isDecided = 0;
  }
  for (let row = informed + lane; row < informed + (<usize>numRows << 4); row += 16) store<i16>(row, 0);
  return isDecided;
}
