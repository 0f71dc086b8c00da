// SPDX-License-Identifier: Apache-2.0
import type { Emitter, Value } from "../../../onnx/emitter.ts";
import { paddedTo, gatherTaps, weightSizes } from "../weight-layout.ts";
import { blockedConvNode } from "../blocked-kernels.ts";
import { fromBlocked, paddedChannels, toBlocked } from "../blocked-layout.ts";
import type { ConvGeometry } from "../geometry.ts";
import type { Grid } from "../grid.ts";
import { interleaveGrids, reshaped } from "../grid.ts";
import type { WindowPhase } from "../window.ts";
import { paddingAfter, phaseSize, phasesOf } from "../window.ts";

// Depthwise convolutions (as many groups as input and output channels) in ONNX Runtime's blocked layout.

/** `y[n, c] = x[n, c] ⋆ w[c] + bias[c]`. */
export function blockedDepthwiseConv(
  onnx: Emitter,
  x: Value,
  weight: Value,
  bias: Value | null,
  geometry: ConvGeometry,
  block: number,
): Value {
  const { inChannels, rows, columns } = geometry;
  const channels = paddedChannels(inChannels, block);
  const filter = depthwiseFilter(onnx, weight, geometry, block);
  const y = blockedConvNode(
    onnx,
    toBlocked(onnx, x),
    reshaped(onnx, filter, [channels, 1, rows.kernelSize, columns.kernelSize]),
    bias && paddedTo(onnx, bias, [inChannels], [channels]),
    {
      kernel: [rows.kernelSize, columns.kernelSize],
      pads: [rows.padding, columns.padding, rows.padding, columns.padding],
      strides: [rows.stride, columns.stride],
      dilations: [rows.dilation, columns.dilation],
      groups: channels,
    },
  );
  return fromBlocked(onnx, y, [inChannels, rows.outSize, columns.outSize]);
}

/** `[channels / b, taps, b]` in memory. */
function depthwiseFilter(onnx: Emitter, weight: Value, geometry: ConvGeometry, block: number): Value {
  const { outChannels, numTaps } = weightSizes(geometry);
  const channels = paddedChannels(outChannels, block);
  const taps = paddedTo(
    onnx,
    reshaped(onnx, weight, [outChannels, numTaps]),
    [outChannels, numTaps],
    [channels, numTaps],
  );
  return onnx.node("Transpose", [reshaped(onnx, taps, [channels / block, block, numTaps])], {
    perm: [0, 2, 1],
  });
}

/** Input gradient: one stride-1 depthwise convolution for each residue class of the input index. */
export function blockedDepthwiseInputGradient(
  onnx: Emitter,
  grad: Value,
  weight: Value,
  geometry: ConvGeometry,
  block: number,
): Value {
  const { inChannels, rows, columns } = geometry;
  const { numTaps } = weightSizes(geometry);
  const channels = paddedChannels(inChannels, block);
  const filter = depthwiseFilter(onnx, weight, geometry, block);
  const blockedGrad = toBlocked(onnx, grad);
  const [height, width] = [phaseSize(rows), phaseSize(columns)];
  const partOf = (row: WindowPhase, column: WindowPhase): Grid | null => {
    const taps = row.taps.flatMap((i) => column.taps.map((j) => i * columns.kernelSize + j));
    if (taps.length === 0) return null;
    const kernel = [row.taps.length, column.taps.length] as const;
    const conv = blockedConvNode(
      onnx,
      blockedGrad,
      reshaped(onnx, gatherTaps(onnx, filter, 1, taps, numTaps), [channels, 1, ...kernel]),
      null,
      {
        kernel,
        pads: [row.before, column.before, row.after, column.after],
        strides: [1, 1],
        dilations: [row.dilation, column.dilation],
        groups: channels,
      },
    );
    return {
      value: reshaped(onnx, conv, [-1, height, width, block]),
      outer: null,
      height,
      width,
      inner: block,
    };
  };
  const parts = phasesOf(rows).map((row) => phasesOf(columns).map((column) => partOf(row, column)));
  const whole = interleaveGrids(onnx, parts, geometry);
  return fromBlocked(onnx, whole.value, [inChannels, rows.inSize, columns.inSize]);
}

/**
 * Weight gradient: each channel of each image is a group of its own, convolved with its output gradient; stride and
 * dilation exchanged. The results of the images are summed.
 *
 * @param geometry - the batch is a number, and batch·channels a multiple of 4
 */
export function blockedDepthwiseWeightGradient(
  onnx: Emitter,
  x: Value,
  grad: Value,
  geometry: ConvGeometry,
  block: number,
): Value {
  const { batch, inChannels, rows, columns } = geometry;
  const { numTaps } = weightSizes(geometry);
  const numMaps = (batch as number) * inChannels;
  const groups = paddedChannels(numMaps, block);
  // Whole blocks of channels lie in memory as blocks of maps do, so the reordering is shared with the forward pass.
  const asMaps = (value: Value, height: number, width: number): Value =>
    inChannels % block === 0
      ? reshaped(onnx, toBlocked(onnx, value), [1, groups, height, width])
      : toBlocked(onnx, reshaped(onnx, value, [1, numMaps, height, width]));
  const conv = blockedConvNode(
    onnx,
    asMaps(x, rows.inSize, columns.inSize),
    reshaped(onnx, asMaps(grad, rows.outSize, columns.outSize), [groups, 1, rows.outSize, columns.outSize]),
    null,
    {
      kernel: [rows.outSize, columns.outSize],
      pads: [rows.padding, columns.padding, paddingAfter(rows), paddingAfter(columns)],
      strides: [rows.dilation, columns.dilation],
      dilations: [rows.stride, columns.stride],
      groups,
    },
  );
  const perImage = reshaped(onnx, fromBlocked(onnx, conv, [numMaps, rows.kernelSize, columns.kernelSize]), [
    batch as number,
    inChannels * numTaps,
  ]);
  const summed = onnx.node("ReduceSum", [perImage, onnx.ints([0])], { keepdims: 0 });
  return reshaped(onnx, summed, [inChannels, rows.kernelSize, columns.kernelSize, 1]);
}
