// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../../graph/define-op.ts";
import { defineOp } from "../../graph/define-op.ts";
import type { Tensor, TensorType } from "../../graph/tensor.ts";
import type { Emitter, Value } from "../../onnx/emitter.ts";
import { hasBlockedInputGradient } from "../conv/forms/blocked.ts";
import { blockedDepthwiseInputGradient } from "../conv/forms/blocked-depthwise.ts";
import { directInputGradient } from "../conv/forms/direct.ts";
import { mean } from "../reduce.ts";
import { checkGradient, imageShape } from "../conv/geometry.ts";
import { canReorder } from "../conv/traits.ts";
import type { Window } from "../conv/window.ts";
import { inputIndex, tapsOf } from "../conv/window.ts";
import { emitPool } from "./pool-grid.ts";
import type { PoolAttributes, PoolGeometry, PoolOptions } from "./pool-geometry.ts";
import { onnxPoolAttributes, poolAttributes, poolGeometry, pooledType } from "./pool-geometry.ts";

/** Operator of {@link avgPool2d}. */
export const avgPool2dOp: Op<PoolAttributes> = defineOp({
  name: "AvgPool2d",
  infer: ([x], attrs) => [pooledType(poolGeometry("avgPool2d", x!, attrs))],
  vjp: ({ inputs: [x], grad, attrs }) => {
    const [, , height, width] = x!.shape as [unknown, unknown, number, number];
    return [avgPool2dGradientOp.call([grad], { ...attrs, height, width })];
  },
  emit(onnx, [x], { inputs: [type], attrs }) {
    const { channels, rows, columns } = poolGeometry("avgPool2d", type!, attrs);
    const attributes = { ...onnxPoolAttributes(attrs), count_include_pad: 0 };
    return emitPool(onnx, "AveragePool", x!, [channels, rows.outSize, columns.outSize], attributes);
  },
});

/** Attributes of the gradient of average pooling: those of the pooling, and the size of its input. */
export interface AvgPoolGradientAttributes extends PoolAttributes {
  readonly height: number;
  readonly width: number;
}

/** Gradient of average pooling, input dy: each window's gradient is shared among the inputs it sees. */
export const avgPool2dGradientOp: Op<AvgPoolGradientAttributes> = defineOp({
  name: "AvgPool2dGradient",
  infer([grad], attrs) {
    const x = pooledFrom(grad!, attrs);
    const geometry = poolGeometry("avgPool2d", x, attrs);
    checkGradient("avgPool2d", grad!, { ...geometry, outChannels: geometry.channels });
    return [x];
  },
  vjp: ({ grad: u, attrs: { kernelSize, stride, padding } }) => [
    avgPool2dOp.call([u], { kernelSize, stride, padding }),
  ],
  emit: (onnx, [grad], { inputs: [type], attrs }) =>
    emitGradient(onnx, grad!, poolGeometry("avgPool2d", pooledFrom(type!, attrs), attrs), attrs),
});

/**
 * Mean of each window, over the inputs it sees:
 * `y[n, c, a, b] = (1 / count) Σ_{i, j} x[n, c, a·stride + i − padding, b·stride + j − padding]`.
 *
 * Padding is not counted.
 *
 * @param x - [batch, channels, height, width]; only the batch may be symbolic
 * @returns [batch, channels, outHeight, outWidth]
 * @throws ShapeError `rank`, `dtype`, `symbolic-size`, `window-motion`, `window-size`, `pool-padding`
 * @differs PyTorch counts padding unless told `count_include_pad=False`.
 */
export function avgPool2d(x: Tensor, options: PoolOptions): Tensor {
  return avgPool2dOp.call([x], poolAttributes(options));
}

function pooledFrom({ shape, dtype }: TensorType, { height, width }: AvgPoolGradientAttributes): TensorType {
  return { shape: [shape[0] ?? 1, shape[1] ?? 1, height, width], dtype };
}

function emitGradient(
  onnx: Emitter,
  grad: Value,
  geometry: PoolGeometry,
  { kernelSize, stride, padding }: AvgPoolGradientAttributes,
): Value {
  const { batch, channels, rows, columns } = geometry;
  if (stride === 1) {
    // Each input meets as many windows as a window has taps, so the transposed sum is again a mean, times that number.
    const shares = onnx.node("Mul", [grad, shareOfInputs(onnx, geometry, kernelSize ** 2)]);
    const reach = kernelSize - 1 - padding;
    const attributes = {
      ...onnxPoolAttributes({ kernelSize, stride, padding: reach }),
      count_include_pad: 1,
    };
    return emitPool(onnx, "AveragePool", shares, [channels, rows.inSize, columns.inSize], attributes);
  }
  const shares = onnx.node("Mul", [grad, shareOfInputs(onnx, geometry, 1)]);
  if (kernelSize === stride && [rows, columns].every((window) => window.outSize * stride === window.inSize)) {
    return repeated(onnx, shares, stride);
  }
  const ones = onnx.constant(
    "float32",
    [channels, kernelSize, kernelSize, 1],
    new Array<number>(channels * kernelSize ** 2).fill(1),
  );
  const convolution = { batch, inChannels: channels, outChannels: channels, groups: channels, rows, columns };
  const block = onnx.kernels.nchwcBlock;
  return block !== null && canReorder(channels) && hasBlockedInputGradient(convolution)
    ? blockedDepthwiseInputGradient(onnx, shares, ones, convolution, block)
    : directInputGradient(onnx, shares, ones, convolution);
}

/** `scale / count` for each window, [1, 1, outHeight, outWidth]; one number when all windows see equally many inputs. */
function shareOfInputs(onnx: Emitter, { rows, columns }: PoolGeometry, scale: number): Value {
  const [rowCounts, columnCounts] = [numSeen(rows), numSeen(columns)];
  const shares = rowCounts.flatMap((a) => columnCounts.map((b) => scale / (a * b)));
  return shares.every((share) => share === shares[0])
    ? onnx.scalar(shares[0]!)
    : onnx.constant("float32", [1, 1, rows.outSize, columns.outSize], shares);
}

function numSeen(window: Window): number[] {
  return Array.from({ length: window.outSize }, (_, out) => {
    const seen = tapsOf(window).map((tap) => inputIndex(window, out, tap));
    return seen.filter((index) => index >= 0 && index < window.inSize).length;
  });
}

/** Every value `times` times along height and width. */
function repeated(onnx: Emitter, x: Value, times: number): Value {
  const scales = onnx.constant("float32", [4], [1, 1, times, times]);
  return onnx.node("Resize", [x, null, scales], {
    mode: "nearest",
    coordinate_transformation_mode: "asymmetric",
    nearest_mode: "floor",
  });
}

/**
 * Mean of each channel: `y[n, c] = (1 / (height·width)) Σ x[n, c, :, :]`.
 *
 * @param x - [batch, channels, height, width]; only the batch may be symbolic
 * @returns [batch, channels]
 * @throws ShapeError `rank`, `dtype`, `symbolic-size`
 */
export function globalAveragePool(x: Tensor): Tensor {
  imageShape("globalAveragePool", x);
  return mean(x, { axes: [2, 3] });
}
