// SPDX-License-Identifier: Apache-2.0

/** Execution providers of onnxruntime-node, the fastest first; which of them are there depends on the machine. */
export const NODE_EXECUTION_PROVIDERS = ["cuda", "coreml", "dml", "webgpu", "cpu"] as const;

/** Name of one of the {@link NODE_EXECUTION_PROVIDERS}. */
export type NodeExecutionProvider = (typeof NODE_EXECUTION_PROVIDERS)[number];
