// SPDX-License-Identifier: Apache-2.0
import { NUM_CORE_ROWS } from "./base-graph.ts";
import type { CheckGraph, LdpcDecoded } from "./check-graph.ts";
import { scaleFactor } from "./min-sum.ts";
import { MIN_SUM_KERNEL } from "./min-sum-kernel.ts";

/** Blocks that are decoded at once: the 16-bit lanes of a vector. */
export const NUM_LANES: number = 8;
const LANE_BYTES = 2 * NUM_LANES;
/** Below this the kernel keeps what is its own. */
const FIRST_PLACE = 4096;
const PAGE_BYTES = 65_536;

/** What min-sum-kernel.as exports; its source says what the arguments are. */
interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer; grow(numPages: number): number };
  begin(...args: number[]): void;
  iterate(...args: number[]): void;
  unfinished(...args: number[]): number;
  end(...args: number[]): number;
}

/** What is used of the platform's WebAssembly, which not all have. */
interface WebAssemblyApi {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

/** Blocks to decode. */
export interface LaneJob {
  readonly batchSize: number;
  readonly maxIterations: number;
  readonly scale: number;
  /** Log-likelihood ratios of the first bits of a codeword, valid until the next call. */
  readonly wordOf: (block: number) => Float32Array;
}

/** Decodes a batch of blocks of one code, whose results it writes into `decoded`, which holds zeros. */
export type LaneDecoder = (graph: CheckGraph, job: LaneJob, decoded: LdpcDecoded) => void;

let opened: LaneDecoder | undefined;

/**
 * Min-sum decoding of 8 blocks at once, the same to the bit as `minSumDecoder`: lanes know nothing of each other, and
 * a block that is done makes room for the next.
 *
 * @returns undefined where there is no WebAssembly with vectors
 */
export function laneDecoder(): LaneDecoder | undefined {
  const { WebAssembly: api } = globalThis as { readonly WebAssembly?: WebAssemblyApi };
  if (opened || !api) return opened;
  const bytes = Uint8Array.from(atob(MIN_SUM_KERNEL), (char) => char.charCodeAt(0));
  if (!api.validate(bytes)) return undefined;
  opened = openLanes(new api.Instance(new api.Module(bytes)).exports as Kernel);
  return opened;
}

/** Byte addresses in the kernel's memory. */
interface Layout {
  readonly word: number;
  readonly bits: number;
  readonly checkStart: number;
  readonly bitAt: number;
  readonly messages: number;
  readonly informed: number;
  readonly sums: number;
  /** Masks of lanes: whose messages are kept, and which are idle. */
  readonly kept: number;
  readonly idle: number;
  readonly end: number;
}

function layoutOf(graph: CheckGraph): Layout {
  const { checkStart, bitOf, numRows, numInfoBits, codewordLength } = graph;
  let next = FIRST_PLACE;
  const reserve = (numBytes: number): number => {
    const place = next;
    next += Math.ceil(numBytes / LANE_BYTES) * LANE_BYTES;
    return place;
  };
  return {
    word: reserve(4 * codewordLength + LANE_BYTES),
    bits: reserve(numInfoBits),
    checkStart: reserve(4 * checkStart.length),
    bitAt: reserve(4 * bitOf.length),
    messages: reserve(LANE_BYTES * bitOf.length),
    informed: reserve(LANE_BYTES * numRows),
    sums: reserve(LANE_BYTES * codewordLength),
    kept: reserve(LANE_BYTES),
    idle: reserve(LANE_BYTES),
    end: next,
  };
}

/** A decoder that keeps the tables of the code it decoded last. */
function openLanes(kernel: Kernel): LaneDecoder {
  const { memory } = kernel;
  let known: CheckGraph | undefined;
  return (graph, job, decoded) => {
    const layout = layoutOf(graph);
    const missing = layout.end - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
    if (known !== graph) writeTables(graph, layout, memory.buffer);
    known = graph;
    decodeInLanes(kernel, graph, layout, job, decoded);
  };
}

function writeTables({ checkStart, bitOf }: CheckGraph, layout: Layout, buffer: ArrayBuffer): void {
  new Int32Array(buffer, layout.checkStart, checkStart.length).set(checkStart);
  const bitAt = new Int32Array(buffer, layout.bitAt, bitOf.length);
  for (let edge = 0; edge < bitOf.length; edge++) bitAt[edge] = layout.sums + LANE_BYTES * bitOf[edge]!;
}

function decodeInLanes(
  kernel: Kernel,
  graph: CheckGraph,
  layout: Layout,
  { batchSize, maxIterations, scale, wordOf }: LaneJob,
  { bits, isCodeword, isDecided, numIterations }: LdpcDecoded,
): void {
  const { numRows, liftingSize, numInfoBits, firstParity, codewordLength } = graph;
  const { checkStart, bitAt, messages, informed, sums } = layout;
  const { buffer } = kernel.memory;
  const word = new Float32Array(buffer, layout.word, codewordLength + 4);
  const ended = new Uint8Array(buffer, layout.bits, numInfoBits);
  const kept = new Int16Array(buffer, layout.kept, NUM_LANES);
  const idle = new Int16Array(buffer, layout.idle, NUM_LANES).fill(-1);
  const blockOf = new Int32Array(NUM_LANES).fill(-1);
  const factor = scaleFactor(scale);
  new Int16Array(buffer, informed, NUM_LANES * numRows).fill(0);
  word.fill(0);

  const begin = (lane: number, block: number): void => {
    const received = wordOf(block);
    word.set(received);
    const count = Math.ceil(received.length / 4) * 4;
    const sizes = [numInfoBits, firstParity, numRows, liftingSize, NUM_CORE_ROWS] as const;
    kernel.begin(layout.word, count, ...sizes, informed, sums, 2 * lane);
    blockOf[lane] = block;
    kept[lane] = 0;
    idle[lane] = 0;
  };
  const end = (lane: number, block: number): void => {
    isDecided[block] = kernel.end(layout.bits, numInfoBits, numRows, informed, sums, 2 * lane);
    bits.set(ended, block * numInfoBits);
    blockOf[lane] = -1;
    idle[lane] = -1;
  };

  for (let next = 0, numEnded = 0; numEnded < batchSize;) {
    for (let lane = 0; lane < NUM_LANES && next < batchSize; lane++)
      if (blockOf[lane]! < 0) begin(lane, next++);
    kernel.iterate(numRows, liftingSize, checkStart, bitAt, messages, informed, layout.kept, factor);
    kept.fill(-1);
    const graphArgs = [numRows, liftingSize, checkStart, bitAt, informed] as const;
    const open = kernel.unfinished(...graphArgs, layout.idle, sums, numInfoBits);
    for (let lane = 0; lane < NUM_LANES; lane++) {
      const block = blockOf[lane]!;
      if (block < 0) continue;
      const isDone = ((open >> lane) & 1) === 0;
      if (++numIterations[block]! < maxIterations && !isDone) continue;
      isCodeword[block] = isDone ? 1 : 0;
      end(lane, block);
      numEnded++;
    }
  }
}
