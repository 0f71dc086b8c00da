// SPDX-License-Identifier: Apache-2.0
import type { Primitive } from "./primitive.ts";
import { rectifiedConv } from "./rectified-conv.ts";

/** ReLU, full 3x3 convolution, norm. */
export const conv3x3: Primitive = rectifiedConv(3);
