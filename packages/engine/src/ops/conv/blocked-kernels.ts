// SPDX-License-Identifier: Apache-2.0
import type { AttributeValue, Emitter, Value } from "../../onnx/emitter.ts";
import { NCHWC } from "./blocked-layout.ts";
import { reshaped } from "./grid.ts";

// Operators of ONNX Runtime that work in the blocked layout; see blocked-layout.ts.

/** Pooling in the blocked layout, with the attributes of the ONNX operator. */
export function blockedPoolNode(
  onnx: Emitter,
  type: "AveragePool" | "MaxPool",
  x: Value,
  attributes: Readonly<Record<string, AttributeValue>>,
): Value {
  return onnx.node(type, [x], { auto_pad: "NOTSET", ...attributes }, NCHWC);
}

/** What a blocked convolution is told besides its operands: two numbers each for height and width, four pads. */
export interface BlockedConvAttributes {
  readonly kernel: readonly number[];
  readonly pads: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly groups: number;
}

/** Convolution in the blocked layout, plus a value shaped like the result if there is one. */
export function blockedConvNode(
  onnx: Emitter,
  x: Value,
  weight: Value,
  bias: Value | null,
  { kernel, pads, strides, dilations, groups }: BlockedConvAttributes,
  addend: Value | null = null,
): Value {
  const attributes: Record<string, AttributeValue> = {
    auto_pad: "NOTSET",
    kernel_shape: kernel,
    pads,
    strides,
    dilations,
    group: groups,
  };
  const inputs = addend ? [x, weight, bias, addend] : bias ? [x, weight, bias] : [x, weight];
  return onnx.node("Conv", inputs, attributes, NCHWC);
}

/** What a depthwise 1x1 convolution is told. */
function pointwiseAttributes(groups: number): BlockedConvAttributes {
  return { kernel: [1, 1], pads: [0, 0, 0, 0], strides: [1, 1], dilations: [1, 1], groups };
}

/** `scale · x + shift` for each channel, [channels] each, in one pass; null stands for zeros. */
export function blockedScaleAndShift(
  onnx: Emitter,
  x: Value,
  scale: Value,
  shift: Value | null,
  channels: number,
): Value {
  const filter = reshaped(onnx, scale, [channels, 1, 1, 1]);
  return blockedConvNode(onnx, x, filter, shift, pointwiseAttributes(channels));
}

/** `scale · x + addend` with one scale for each channel and an addend shaped like x, in one pass. */
export function blockedScaleAndAdd(
  onnx: Emitter,
  x: Value,
  scale: Value,
  addend: Value,
  channels: number,
): Value {
  const filter = reshaped(onnx, scale, [channels, 1, 1, 1]);
  return blockedConvNode(onnx, x, filter, null, pointwiseAttributes(channels), addend);
}

/** Sizes of an image of whole blocks. */
export type BlockedSizes = readonly [batch: number, channels: number, height: number, width: number];

/** Mean of each channel over batch and positions, [channels]. */
export function blockedChannelMeans(onnx: Emitter, x: Value): Value {
  const mapMeans = onnx.node("GlobalAveragePool", [x], {}, NCHWC);
  return onnx.node("ReduceMean", [mapMeans, onnx.ints([0, 2, 3])], { keepdims: 0 });
}

/**
 * Mean of `a b` of each channel over batch and positions, [channels]: each map of `a` is convolved with the map of `b`
 * as its filter, so the product is never written.
 */
export function blockedChannelProductMeans(
  onnx: Emitter,
  a: Value,
  b: Value,
  [batch, channels, height, width]: BlockedSizes,
): Value {
  const numMaps = batch * channels;
  const maps = reshaped(onnx, a, [1, numMaps, height, width]);
  const filters = reshaped(onnx, b, [numMaps, 1, height, width]);
  const attributes = { ...pointwiseAttributes(numMaps), kernel: [height, width] };
  const mapSums = reshaped(onnx, blockedConvNode(onnx, maps, filters, null, attributes), [batch, channels]);
  const means = onnx.node("ReduceMean", [mapSums, onnx.ints([0])], { keepdims: 0 });
  return onnx.node("Mul", [means, onnx.scalar(1 / (height * width))]);
}
