// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "../../graph/tensor.ts";
import { imageShape } from "../conv/geometry.ts";
import { max, mean } from "../reduce.ts";

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
