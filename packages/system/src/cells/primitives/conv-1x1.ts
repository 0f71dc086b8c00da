// SPDX-License-Identifier: Apache-2.0
import type { Primitive } from "./primitive.ts";
import { rectifiedConv } from "./rectified-conv.ts";

/** ReLU, full 1x1 convolution, norm. */
export const conv1x1: Primitive = rectifiedConv(1);
