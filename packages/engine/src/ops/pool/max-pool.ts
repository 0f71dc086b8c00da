// SPDX-License-Identifier: Apache-2.0
import type { Op } from "../../graph/define-op.ts";
import { defineOp } from "../../graph/define-op.ts";
import type { Tensor, TensorType } from "../../graph/tensor.ts";
import type { Emitter, Value } from "../../onnx/emitter.ts";
import { max } from "../reduce.ts";
import { checkGradient, imageShape } from "../conv/geometry.ts";
import { emitPool } from "./pool-grid.ts";
import { firstMaximumScatter, firstMaximumSelect } from "./first-maximum.ts";
import type { PoolAttributes, PoolOptions } from "./pool-geometry.ts";
import { onnxPoolAttributes, poolAttributes, poolGeometry, pooledType } from "./pool-geometry.ts";

/** Operator of {@link maxPool2d}. */
export const maxPool2dOp: Op<PoolAttributes> = defineOp({
  name: "MaxPool2d",
  infer: ([x], attrs) => [pooledType(poolGeometry("maxPool2d", x!, attrs))],
  vjp: ({ inputs: [x], grad, attrs }) => [maxPool2dGradientOp.call([x!, grad], attrs)],
  emit: (onnx, [x], { inputs: [type], attrs }) => emitMaxPool(onnx, x!, type!, attrs),
});

/**
 * Gradient of max pooling, inputs x and dy: each window's gradient goes to the first of its inputs that equal the
 * maximum.
 */
export const maxPool2dGradientOp: Op<PoolAttributes> = defineOp({
  name: "MaxPool2dGradient",
  infer([x, grad], attrs) {
    const geometry = poolGeometry("maxPool2dGradient", x!, attrs);
    checkGradient("maxPool2dGradient", grad!, { ...geometry, outChannels: geometry.channels });
    return [{ shape: x!.shape, dtype: x!.dtype }];
  },
  // Linear in dy; x only chooses, so its gradient is zero wherever there is one.
  vjp: ({ inputs: [x], grad: u, attrs }) => [null, maxPool2dSelectOp.call([x!, u], attrs)],
  emit: (onnx, [x, grad], { inputs: [type], attrs }) => {
    const geometry = poolGeometry("maxPool2dGradient", type!, attrs);
    return firstMaximumScatter(onnx, x!, emitMaxPool(onnx, x!, type!, attrs), grad!, geometry);
  },
});

/** The transposed gradient, inputs x and u of one shape: the value of u where each window of x has its maximum. */
export const maxPool2dSelectOp: Op<PoolAttributes> = defineOp({
  name: "MaxPool2dSelect",
  infer: ([x], attrs) => [pooledType(poolGeometry("maxPool2dSelect", x!, attrs))],
  vjp: ({ inputs: [x], grad, attrs }) => [null, maxPool2dGradientOp.call([x!, grad], attrs)],
  emit: (onnx, [x, u], { inputs: [type], attrs }) => {
    const geometry = poolGeometry("maxPool2dSelect", type!, attrs);
    return firstMaximumSelect(onnx, x!, emitMaxPool(onnx, x!, type!, attrs), u!, geometry);
  },
});

// The gradient asks for the same nodes as the forward pass, and equal nodes are written once.
function emitMaxPool(onnx: Emitter, x: Value, type: TensorType, attrs: PoolAttributes): Value {
  const { channels, rows, columns } = poolGeometry("maxPool2d", type, attrs);
  return emitPool(onnx, "MaxPool", x, [channels, rows.outSize, columns.outSize], onnxPoolAttributes(attrs));
}

/**
 * Maximum of each window: `y[n, c, a, b] = max_{i, j} x[n, c, a·stride + i − padding, b·stride + j − padding]`.
 *
 * Padding is never the maximum. Of equal maxima the first, row by row, gets the gradient, as in PyTorch.
 *
 * @param x - [batch, channels, height, width]; only the batch may be symbolic
 * @returns [batch, channels, outHeight, outWidth]
 * @throws ShapeError `rank`, `dtype`, `symbolic-size`, `window-motion`, `window-size`, `pool-padding`
 */
export function maxPool2d(x: Tensor, options: PoolOptions): Tensor {
  return maxPool2dOp.call([x], poolAttributes(options));
}

/**
 * Maximum of each channel: `y[n, c] = max x[n, c, :, :]`.
 *
 * @param x - [batch, channels, height, width]; only the batch may be symbolic
 * @returns [batch, channels]
 * @throws ShapeError `rank`, `dtype`, `symbolic-size`
 * @differs equal maxima share the gradient; PyTorch gives it to the first of them.
 */
export function globalMaxPool(x: Tensor): Tensor {
  imageShape("globalMaxPool", x);
  return max(x, { axes: [2, 3] });
}
