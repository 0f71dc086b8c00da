// SPDX-License-Identifier: Apache-2.0
import type { Emitter, Value } from "../../../onnx/emitter.ts";
import {
  blockedFilter,
  paddedTo,
  thinFilter,
  transposedBlockedFilter,
  gatherTaps,
  weightSizes,
} from "../weight-layout.ts";
import type { BlockedConvAttributes } from "../blocked-kernels.ts";
import { blockedConvNode } from "../blocked-kernels.ts";
import { fromBlocked, paddedChannels, toBlocked, unblocked } from "../blocked-layout.ts";
import type { ConvGeometry } from "../geometry.ts";
import type { Grid } from "../grid.ts";
import { interleaveGrids, padGrid, reshaped } from "../grid.ts";
import type { WindowPhase } from "../window.ts";
import { paddingAfter, phaseSize, phasesOf } from "../window.ts";

// Convolutions in ONNX Runtime's blocked layout, one group.

/** `y = Conv(x, w) + bias`. Inputs with fewer channels than the block are read without reordering. */
export function blockedConv(
  onnx: Emitter,
  x: Value,
  weight: Value,
  bias: Value | null,
  geometry: ConvGeometry,
  block: number,
): Value {
  const { inChannels, outChannels, rows, columns } = geometry;
  const { numTaps } = weightSizes(geometry);
  const isThin = inChannels < block;
  const padded = [
    paddedChannels(outChannels, block),
    numTaps,
    isThin ? inChannels : paddedChannels(inChannels, block),
  ] as const;
  const taps = paddedTaps(onnx, weight, geometry, padded);
  const filter = (isThin ? thinFilter : blockedFilter)(onnx, taps, padded, block);
  const y = blockedConvNode(
    onnx,
    isThin ? x : toBlocked(onnx, x),
    asFilter(onnx, filter, [padded[0], padded[2]], geometry),
    bias && paddedTo(onnx, bias, [outChannels], [padded[0]]),
    {
      kernel: [rows.kernelSize, columns.kernelSize],
      pads: [rows.padding, columns.padding, rows.padding, columns.padding],
      strides: [rows.stride, columns.stride],
      dilations: [rows.dilation, columns.dilation],
      groups: 1,
    },
  );
  return fromBlocked(onnx, y, [outChannels, rows.outSize, columns.outSize]);
}

function paddedTaps(
  onnx: Emitter,
  weight: Value,
  geometry: ConvGeometry,
  padded: readonly [number, number, number],
): Value {
  const { outChannels, numTaps, groupInChannels } = weightSizes(geometry);
  const sizes = [outChannels, numTaps, groupInChannels];
  return paddedTo(onnx, reshaped(onnx, weight, sizes), sizes, padded);
}

function asFilter(
  onnx: Emitter,
  filter: Value,
  [outChannels, inChannels]: readonly [number, number],
  { rows, columns }: ConvGeometry,
): Value {
  return reshaped(onnx, filter, [outChannels, inChannels, rows.kernelSize, columns.kernelSize]);
}

/** True when no phase of the transposed windows would have to leave outputs out. */
export function hasBlockedInputGradient({ rows, columns }: ConvGeometry): boolean {
  return [...phasesOf(rows), ...phasesOf(columns)].every(({ before, after }) => before >= 0 && after >= 0);
}

/** Input gradient: one stride-1 convolution for each residue class of the input index, put together in blocks. */
export function blockedInputGradient(
  onnx: Emitter,
  grad: Value,
  weight: Value,
  geometry: ConvGeometry,
  block: number,
): Value {
  const { inChannels, outChannels, rows, columns } = geometry;
  const { numTaps } = weightSizes(geometry);
  const padded = [paddedChannels(outChannels, block), numTaps, paddedChannels(inChannels, block)] as const;
  const filter = transposedBlockedFilter(onnx, paddedTaps(onnx, weight, geometry, padded), padded, block);
  const blockedGrad = toBlocked(onnx, grad);
  const partOf = (row: WindowPhase, column: WindowPhase): Grid | null => {
    const taps = row.taps.flatMap((i) => column.taps.map((j) => i * columns.kernelSize + j));
    if (taps.length === 0) return null;
    const phaseFilter = reshaped(onnx, gatherTaps(onnx, filter, 2, taps, numTaps), [
      padded[2],
      padded[0],
      row.taps.length,
      column.taps.length,
    ]);
    return blockedGrid(
      onnx,
      blockedConvNode(onnx, blockedGrad, phaseFilter, null, phaseAttributes(row, column)),
      geometry,
      block,
    );
  };
  const parts = phasesOf(rows).map((row) => phasesOf(columns).map((column) => partOf(row, column)));
  const whole = interleaveGrids(onnx, parts, geometry);
  return fromBlocked(onnx, whole.value, [inChannels, rows.inSize, columns.inSize]);
}

function phaseAttributes(row: WindowPhase, column: WindowPhase): BlockedConvAttributes {
  return {
    kernel: [row.taps.length, column.taps.length],
    pads: [row.before, column.before, row.after, column.after],
    strides: [1, 1],
    dilations: [row.dilation, column.dilation],
    groups: 1,
  };
}

function blockedGrid(onnx: Emitter, value: Value, { rows, columns }: ConvGeometry, block: number): Grid {
  const [height, width] = [phaseSize(rows), phaseSize(columns)];
  return {
    value: reshaped(onnx, value, [-1, height, width, block]),
    outer: null,
    height,
    width,
    inner: block,
  };
}

/**
 * Weight gradient with the batch in the place of channels: `x` as [inChannels, batch, H, W], the output gradient as
 * the filter `[outChannels, batch, outH, outW]`, stride and dilation exchanged.
 *
 * The whole filter is read once for each input channel, so the batch is cut until the filter stays in the cache; each
 * part adds to the one before. Images of zeros fill the last block of the batch.
 *
 * @param geometry - the batch is a number
 */
export function blockedWeightGradient(
  onnx: Emitter,
  x: Value,
  grad: Value,
  geometry: ConvGeometry,
  block: number,
): Value {
  const { inChannels, outChannels, rows, columns } = geometry;
  const { numTaps } = weightSizes(geometry);
  const sizes = partSizes(geometry, block);
  const imageParts = partsOf(onnx, unblocked(onnx, x, inChannels), sizes);
  const gradParts = partsOf(onnx, toBlocked(onnx, grad), sizes);
  const taps = sizes.reduce<Value | null>(
    (sum, batch, part) =>
      partWeightGradient(onnx, imageParts[part]!, gradParts[part]!, { ...geometry, batch }, block, sum),
    null,
  )!;
  const byInput = reshaped(
    onnx,
    fromBlocked(onnx, taps, [outChannels, rows.kernelSize, columns.kernelSize]),
    [inChannels, outChannels * numTaps],
  );
  const byOutput = onnx.node("Transpose", [byInput], { perm: [1, 0] });
  return reshaped(onnx, byOutput, [outChannels, rows.kernelSize, columns.kernelSize, inChannels]);
}

// 1 MiB: within the second-level cache of most cores, beside what else goes through it.
const CACHED_FLOATS = 2 ** 18;

/** Sizes of the parts of the batch, all but the last of them whole blocks. */
function partSizes({ batch, outChannels, rows, columns }: ConvGeometry, block: number): number[] {
  const floatsOfBlock = paddedChannels(outChannels, block) * block * rows.outSize * columns.outSize;
  const size = block * Math.max(1, Math.floor(CACHED_FLOATS / floatsOfBlock));
  const numParts = Math.ceil((batch as number) / size);
  return Array.from({ length: numParts }, (_, part) => Math.min(size, (batch as number) - part * size));
}

/** A value cut along its first axis. */
function partsOf(onnx: Emitter, value: Value, sizes: readonly number[]): readonly Value[] {
  if (sizes.length === 1) return [value];
  return onnx.multiNode("Split", [value, onnx.ints(sizes)], { axis: 0 }, { outputs: sizes.length });
}

/** `[inChannels, outChannels, kernelHeight, kernelWidth]` in blocks: the gradient of some images, plus a sum so far. */
function partWeightGradient(
  onnx: Emitter,
  x: Value,
  grad: Value,
  geometry: ConvGeometry,
  block: number,
  sumSoFar: Value | null,
): Value {
  const { batch, outChannels, rows, columns } = geometry;
  const numImages = paddedChannels(batch as number, block);
  const paddedOut = paddedChannels(outChannels, block);
  const wholeBlocks = (value: Value): Value =>
    paddedTo(onnx, value, [batch as number, 0, 0, 0], [numImages, 0, 0, 0]);
  const byChannel = onnx.node("Transpose", [wholeBlocks(x)], { perm: [1, 0, 2, 3] });
  const filter = reshaped(onnx, wholeBlocks(grad), [
    numImages / block,
    block,
    paddedOut / block,
    rows.outSize * columns.outSize,
    block,
  ]);
  const perOutput = onnx.node("Transpose", [filter], { perm: [2, 0, 3, 1, 4] });
  return blockedConvNode(
    onnx,
    padColumns(onnx, byChannel, { ...geometry, batch: numImages }, block),
    reshaped(onnx, perOutput, [paddedOut, numImages, rows.outSize, columns.outSize]),
    null,
    {
      kernel: [rows.outSize, columns.outSize],
      pads: [rows.padding, 0, Math.max(0, paddingAfter(rows)), 0],
      strides: [rows.dilation, columns.dilation],
      dilations: [rows.stride, columns.stride],
      groups: 1,
    },
    sumSoFar,
  );
}

/**
 * `[inChannels, batch, H, W]` in blocks, with the columns of padding that the windows see and without inputs that none
 * sees. Rows of padding are left to the convolution, which skips them; columns it would compute one by one.
 */
function padColumns(
  onnx: Emitter,
  x: Value,
  { batch, inChannels, rows, columns }: ConvGeometry,
  block: number,
): Value {
  const grid: Grid = {
    value: reshaped(onnx, toBlocked(onnx, x), [-1, rows.inSize, columns.inSize, block]),
    outer: null,
    height: rows.inSize,
    width: columns.inSize,
    inner: block,
  };
  const padded = padGrid(
    onnx,
    grid,
    { before: 0, after: Math.min(0, paddingAfter(rows)) },
    { before: columns.padding, after: paddingAfter(columns) },
  );
  return reshaped(onnx, padded.value, [inChannels, batch as number, padded.height, padded.width]);
}
