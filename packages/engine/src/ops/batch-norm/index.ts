// SPDX-License-Identifier: Apache-2.0
export { batchNorm } from "./batch-norm.ts";
export type { BatchNormOptions, BatchNormResult } from "./batch-norm.ts";
