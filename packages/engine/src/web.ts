// SPDX-License-Identifier: Apache-2.0
import type { ProvidedRuntime } from "./runtime/execution-provider.ts";
import type { WebRuntimeOptions } from "./runtime/web.ts";
import { openWebRuntime } from "./runtime/web.ts";
import { verifyRuntime } from "./self-test.ts";

export { describeAttempt } from "./runtime/execution-provider.ts";
export type { ProvidedRuntime, ProviderAttempt } from "./runtime/execution-provider.ts";
export { selfTest, verifyRuntime } from "./self-test.ts";
export type { SelfTest } from "./self-test.ts";
export type { WebExecutionProvider, WebRuntimeOptions } from "./runtime/web.ts";

/**
 * ONNX Runtime in a browser, after its self-test has passed. The package onnxruntime-web is loaded when this is called:
 * of its builds the plain one for wasm, the one with the native WebGPU provider for webgpu.
 *
 * Sessions ignore `intraOpThreads` and `profilePrefix`, which are settings of Node. WebGPU runs one session at a time:
 * wait for a run before the next one starts.
 *
 * @throws SemlinkError `no-execution-provider` where the browser lacks the provider, `backend-wrong-results` where it
 * computes something else
 * @differs The combined build of onnxruntime-web is never used: its WebGPU provider trained to wrong losses.
 */
export function webRuntime(options: WebRuntimeOptions): Promise<ProvidedRuntime> {
  return openWebRuntime(options, verifyRuntime);
}
