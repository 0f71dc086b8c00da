// SPDX-License-Identifier: Apache-2.0
export { conv2d } from "./conv2d.ts";
export type { Conv2dOptions } from "./conv2d.ts";
export { conv2dInputGradient } from "./input-gradient.ts";
export { conv2dWeightGradient } from "./weight-gradient.ts";
