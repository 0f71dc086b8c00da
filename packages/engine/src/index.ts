// SPDX-License-Identifier: Apache-2.0
export { gradients } from "./autodiff/gradient.ts";
export { jvp } from "./autodiff/jvp.ts";
export * from "./errors.ts";
export * from "./files/index.ts";
export * from "./graph/index.ts";
export * from "./nn/index.ts";
export * from "./onnx/index.ts";
export * from "./ops/index.ts";
export * from "./optim/index.ts";
export * from "./random/index.ts";
export * from "./rewrite/index.ts";
export { NODE_EXECUTION_PROVIDERS } from "./runtime/execution-provider.ts";
export type { NodeExecutionProvider } from "./runtime/execution-provider.ts";
export type { NamedTensors, Runtime, Session, SessionOptions } from "./runtime/runtime.ts";
export type { ThreadControl } from "./runtime/thread-control.ts";
export type { ThreadHost, ThreadTeam } from "./runtime/threads.ts";
export * from "./train/index.ts";
