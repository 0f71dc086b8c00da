// SPDX-License-Identifier: Apache-2.0
export { describeAttempt } from "./runtime/execution-provider.ts";
export type { ProvidedRuntime, ProviderAttempt } from "./runtime/execution-provider.ts";
export { selfTest, verifyRuntime } from "./runtime/self-test.ts";
export type { SelfTest } from "./runtime/self-test.ts";
export { webRuntime } from "./runtime/web.ts";
export type { WebExecutionProvider, WebRuntimeOptions } from "./runtime/web.ts";
