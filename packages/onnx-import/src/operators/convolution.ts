// SPDX-License-Identifier: Apache-2.0
import { add, conv2d, conv2dInputGradient, input, pad, reshape, slice } from "@semlink/engine";
import type { Tensor } from "@semlink/engine";
import type { NodeCall } from "../node-call.ts";
import type { OperatorTable } from "./operator.ts";
import { everyNth, extentOf, imagePads, squareMotion, windowsOf } from "./windows.ts";
import type { AxisWindow } from "./windows.ts";

/** Gives an importer of images the sequences of a 1-D node as images of height 1. */
function overSequences(importImage: (call: NodeCall, x: Tensor) => Tensor): (call: NodeCall) => Tensor {
  return (call) => {
    const x = call.tensor(0);
    const rank = x.shape.length;
    if (rank === 4) return importImage(call, x);
    if (rank !== 3) throw call.refusal("unsupported-attribute", "sequences or images", `rank ${rank}`);
    const y = importImage(call, reshape(x, x.shape.toSpliced(2, 0, 1)));
    return reshape(y, y.shape.toSpliced(2, 1));
  };
}

// A sequence has one entry in each list of attributes; an image of height 1 needs none for its height.
function spatialWindows(call: NodeCall, x: Tensor, filter: Tensor): readonly AxisWindow[] {
  const kernelSizes = filter.shape.slice(1, 3) as readonly number[];
  const isSequence = call.tensor(0).shape.length === 3;
  if (!isSequence) return windowsOf(call, x.shape.slice(2), kernelSizes);
  const still = { inSize: 1, kernelSize: 1, stride: 1, dilation: 1, before: 0, after: 0 };
  return [still, ...windowsOf(call, x.shape.slice(3), kernelSizes.slice(1))];
}

function importConv(call: NodeCall, x: Tensor): Tensor {
  const filter = call.filter(1);
  const motion = squareMotion(call, spatialWindows(call, x, filter));
  const padded = pad(x, { pads: imagePads(motion.pads) });
  const { stride, padding, dilation } = motion;
  const groups = call.integer("group", 1);
  const y = conv2d(padded, filter, call.optionalTensor(2), { stride, padding, dilation, groups });
  return everyNth(y, motion.steps);
}

/** A transposed convolution is the input gradient of the convolution with the same filter. */
function importConvTranspose(call: NodeCall, x: Tensor): Tensor {
  const filter = call.filter(1); // [inChannels, kernelHeight, kernelWidth, outChannels / groups]
  const groups = call.integer("group", 1);
  const windows = spatialWindows(call, x, filter);
  const [first, second] = windows;
  const isUneven = first!.inSize > 1 && first!.stride !== second!.stride;
  if (isUneven || call.text("auto_pad", "NOTSET") !== "NOTSET" || call.integers("output_shape") !== null) {
    throw call.refusal("unsupported-attribute", "equal strides and explicit pads", "other ones");
  }
  const { dilation } = squareMotion(call, windows);
  const stride = second!.stride;
  const extra = call.integers("output_padding") ?? [];
  // The whole result first, then what the pads leave of it.
  const sizes = windows.map((window) => (window.inSize - 1) * stride + extentOf(window));
  const ends = windows.map(
    ({ after }, axis) => sizes[axis]! - after + (extra.at(axis - windows.length) ?? 0),
  );
  const [height, width] = sizes.map((size, axis) => Math.max(size, ends[axis]!)) as [number, number];
  const inChannels = (filter.shape[3] as number) * groups;
  const like = input("sizes", [x.shape[0]!, inChannels, height, width]); // only its sizes are used
  const whole = conv2dInputGradient(x, filter, like, { stride, padding: 0, dilation, groups });
  const y = windows.reduce(
    (rest, { before }, index) => slice(rest, { axis: 2 + index, start: before, end: ends[index]! }),
    whole,
  );
  const bias = call.optionalTensor(2);
  return bias ? add(y, reshape(bias, [y.shape[1]!, 1, 1])) : y;
}

/** Convolutions over images and sequences. */
export const convolutionOperators: OperatorTable = {
  Conv: { since: 1, build: overSequences(importConv) },
  ConvTranspose: { since: 1, build: overSequences(importConvTranspose) },
};
