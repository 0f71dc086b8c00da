// SPDX-License-Identifier: Apache-2.0
import type { EmittedNode, Emitter, Value } from "../../onnx/emitter.ts";
import { reshaped } from "./grid.ts";

// ONNX Runtime's blocked layout: [batch, channels, H, W] is kept in memory as [batch, channels / b, H, W, b], with
// channels padded by zeros to a multiple of the block b. Shapes still read [batch, channels, H, W].

/** Operator domain of the blocked layout. */
export const NCHWC = { domain: "com.microsoft.nchwc" } as const;

/** Reordering takes channels in fours. */
export const CHANNEL_QUANTUM = 4;

/** The least multiple of the block that holds `channels`. */
export function paddedChannels(channels: number, block: number): number {
  return Math.ceil(channels / block) * block;
}

/** Sizes of an image without its batch. */
export type ImageSizes = readonly [channels: number, height: number, width: number];

/**
 * `[batch, channels, H, W]` to the blocked layout; channels are padded with zeros. What comes from blocks through
 * nothing but pointwise operators is computed in blocks from there, and its other form is left out of the model unless
 * somebody reads it.
 */
export function toBlocked(onnx: Emitter, x: Value): Value {
  return blockedTwin(onnx, x.name)?.value ?? onnx.node("ReorderInput", [x], {}, NCHWC);
}

/** From the blocked layout to `[batch, channels, H, W]`; padding channels are dropped. */
export function fromBlocked(onnx: Emitter, x: Value, [channels, height, width]: ImageSizes): Value {
  const { producers, sizes } = valuesOf(onnx);
  const padded = paddedChannels(channels, onnx.kernels.nchwcBlock!);
  // What a blocked operator made has its shape; other values may be blocks under another one.
  const isShaped = producers.get(x.name)?.domain === NCHWC.domain;
  const image = isShaped ? x : reshaped(onnx, x, [-1, padded, height, width]);
  sizes.set(image.name, `${padded}x${height}x${width}`);
  return onnx.node("ReorderOutput", [image], { channels }, NCHWC);
}

/** True when {@link toBlocked} has nothing to reorder. */
export function isAtHandInBlocks(onnx: Emitter, x: Value): boolean {
  return blockedTwin(onnx, x.name) !== null;
}

/** The same `[batch, channels, H, W]`, read from its blocks where they are at hand. */
export function unblocked(onnx: Emitter, x: Value, channels: number): Value {
  const twin = blockedTwin(onnx, x.name);
  return twin ? onnx.node("ReorderOutput", [twin.value], { channels }, NCHWC) : x;
}

/** `[batch, channels, H, W]` as `[batch, H, W, channels]`, read from its blocks where they are at hand. */
export function toChannelsLast(onnx: Emitter, x: Value, channels: number): Value {
  const twin = blockedTwin(onnx, x.name);
  return twin
    ? onnx.node("ReorderOutput", [twin.value], { channels, channels_last: 1 }, NCHWC)
    : onnx.node("Transpose", [x], { perm: [0, 2, 3, 1] });
}

/** A value in the blocked layout, and its sizes without the batch. */
interface BlockedTwin {
  readonly value: Value;
  readonly sizes: string;
}

/** Pointwise operators that leave the zeros of padding channels zero. */
const POINTWISE: ReadonlySet<string> = new Set(["Add", "Cast", "Mul", "Relu", "Sub"]);

/** What is known of the values of one emitter. */
interface KnownValues {
  readonly producers: Map<string, EmittedNode>;
  readonly twins: Map<string, BlockedTwin | null>;
  /** Sizes of the blocked values that were given back. */
  readonly sizes: Map<string, string>;
  /** How many of the emitter's nodes have been read. */
  numRead: number;
}

// Facts about an emitter's nodes, which never change: found once, and dropped with the emitter.
const knownValues = new WeakMap<Emitter, KnownValues>();

function valuesOf(onnx: Emitter): KnownValues {
  const known = knownValues.get(onnx) ?? {
    producers: new Map(),
    twins: new Map(),
    sizes: new Map(),
    numRead: 0,
  };
  knownValues.set(onnx, known);
  for (; known.numRead < onnx.nodes.length; known.numRead++) {
    const node = onnx.nodes[known.numRead]!;
    for (const output of node.outputs) known.producers.set(output, node);
  }
  return known;
}

function blockedTwin(onnx: Emitter, name: string): BlockedTwin | null {
  const { twins } = valuesOf(onnx);
  const known = twins.get(name);
  if (known !== undefined) return known;
  const twin = findBlockedTwin(onnx, name);
  twins.set(name, twin);
  return twin;
}

function findBlockedTwin(onnx: Emitter, name: string): BlockedTwin | null {
  const known = valuesOf(onnx);
  const producer = known.producers.get(name);
  if (!producer) return null;
  if (producer.type === "ReorderOutput") {
    const [source] = producer.inputs;
    const sizes = known.sizes.get(source!);
    return sizes === undefined ? null : { value: { name: source! }, sizes };
  }
  if (!POINTWISE.has(producer.type) || producer.domain !== "") return null;
  const operands: Value[] = [];
  let sizes: string | null = null;
  for (const input of producer.inputs) {
    const twin = blockedTwin(onnx, input);
    // Operands of other sizes are broadcast, which the pointwise operator does not do in blocks.
    if (!twin || (sizes !== null && twin.sizes !== sizes)) return null;
    sizes = twin.sizes;
    operands.push(twin.value);
  }
  return sizes === null ? null : { value: onnx.node(producer.type, operands, producer.attributes), sizes };
}
