// SPDX-License-Identifier: Apache-2.0
import type { Emitter, Value } from "../../../onnx/emitter.ts";
import type { ConvGeometry } from "../geometry.ts";
import { reshaped } from "../grid.ts";
import { groupedTransposedWeight, oihwWeight } from "../weight-layout.ts";
import { paddingAfter, phasesOf } from "../window.ts";

// Standard ONNX convolutions, for every runtime and every geometry.

/** `y = Conv(x, w) + bias`. */
export function directConv(
  onnx: Emitter,
  x: Value,
  weight: Value,
  bias: Value | null,
  geometry: ConvGeometry,
): Value {
  const inputs = [x, oihwWeight(onnx, weight, geometry), ...(bias ? [bias] : [])];
  return onnx.node("Conv", inputs, { ...motionOf(geometry), group: geometry.groups });
}

/** Input gradient: at stride 1 a convolution with turned weights, otherwise a transposed convolution. */
export function directInputGradient(
  onnx: Emitter,
  grad: Value,
  weight: Value,
  geometry: ConvGeometry,
): Value {
  const { rows, columns, groups } = geometry;
  const [rowPhase, columnPhase] = [phasesOf(rows)[0]!, phasesOf(columns)[0]!];
  const pads = [rowPhase.before, columnPhase.before, rowPhase.after, columnPhase.after];
  if (rows.stride === 1 && pads.every((pad) => pad >= 0)) {
    return onnx.node("Conv", [grad, groupedTransposedWeight(onnx, weight, geometry)], {
      kernel_shape: [rows.kernelSize, columns.kernelSize],
      pads,
      strides: [1, 1],
      dilations: [rows.dilation, columns.dilation],
      group: groups,
    });
  }
  // Inputs beyond the last window: the transposed convolution has to be told of them.
  const unseen = [rows, columns].map((window) => window.padding - paddingAfter(window));
  return onnx.node("ConvTranspose", [grad, oihwWeight(onnx, weight, geometry)], {
    ...motionOf(geometry),
    output_padding: unseen,
    group: groups,
  });
}

/**
 * Weight gradient: a convolution over the batch, `dW[o, :, c] = x[:, c] ⋆ dy[:, o]`, with the output gradient as
 * kernel and stride and dilation exchanged.
 */
export function directWeightGradient(onnx: Emitter, x: Value, grad: Value, geometry: ConvGeometry): Value {
  const { inChannels, groups, rows, columns } = geometry;
  const groupChannels = inChannels / groups;
  const byChannel =
    groups === 1
      ? onnx.node("Transpose", [x], { perm: [1, 0, 2, 3] })
      : reshaped(
          onnx,
          onnx.node(
            "Transpose",
            [reshaped(onnx, x, [-1, groups, groupChannels, rows.inSize * columns.inSize])],
            {
              perm: [2, 1, 0, 3],
            },
          ),
          [groupChannels, -1, rows.inSize, columns.inSize],
        );
  const kernel = onnx.node("Transpose", [grad], { perm: [1, 0, 2, 3] });
  const conv = onnx.node("Conv", [byChannel, kernel], {
    kernel_shape: [rows.outSize, columns.outSize],
    pads: [
      rows.padding,
      columns.padding,
      ...[rows, columns].map((window) => Math.max(0, paddingAfter(window))),
    ],
    strides: [rows.dilation, columns.dilation],
    dilations: [rows.stride, columns.stride],
    group: groups,
  });
  // Inputs that no window sees make the result larger than the kernel.
  const isExact = paddingAfter(rows) >= 0 && paddingAfter(columns) >= 0;
  const kernelSizes = onnx.ints([rows.kernelSize, columns.kernelSize]);
  const taps = isExact ? conv : onnx.node("Slice", [conv, onnx.ints([0, 0]), kernelSizes, onnx.ints([2, 3])]);
  return onnx.node("Transpose", [taps], { perm: [1, 2, 3, 0] });
}

function motionOf({ rows, columns }: ConvGeometry): Record<string, readonly number[]> {
  return {
    kernel_shape: [rows.kernelSize, columns.kernelSize],
    pads: [rows.padding, columns.padding, rows.padding, columns.padding],
    strides: [rows.stride, columns.stride],
    dilations: [rows.dilation, columns.dilation],
  };
}
