// SPDX-License-Identifier: Apache-2.0
export { nodeRuntime, onnxRuntimeVersion } from "./runtime/node.ts";
export type { NodeRuntimeOptions } from "./runtime/node.ts";
export { fit, readMetrics } from "./train/fit.ts";
export type { CheckpointOptions, FitOptions, MetricsLine } from "./train/fit.ts";
export { selfTest } from "./runtime/self-test.ts";
export type { SelfTest } from "./runtime/self-test.ts";
