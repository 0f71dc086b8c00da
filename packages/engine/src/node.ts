// SPDX-License-Identifier: Apache-2.0
export { removeTemporaries, writeFileAtomic } from "./files/atomic-write.ts";
export { readSafetensors, writeSafetensors } from "./files/safetensors-file.ts";
export * from "./profile/index.ts";
export { describeAttempt } from "./runtime/execution-provider.ts";
export type { ProvidedRuntime, ProviderAttempt } from "./runtime/execution-provider.ts";
export { nodeRuntime, onnxRuntimeVersion } from "./runtime/node.ts";
export type { NodeRuntimeOptions } from "./runtime/node.ts";
export { fileCheckpoints, readMetrics } from "./train/file-checkpoints.ts";
export { selfTest, verifyRuntime } from "./runtime/self-test.ts";
export type { SelfTest } from "./runtime/self-test.ts";
