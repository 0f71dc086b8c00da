// SPDX-License-Identifier: Apache-2.0
import type { KernelSet } from "../onnx/kernel-set.ts";
import type { ProvidedRuntime, RuntimeCheck } from "./execution-provider.ts";
import { openFirstProvider, verifiedRuntime } from "./execution-provider.ts";
import { openOrtSession } from "./ort-session.ts";
import type { Runtime } from "./runtime.ts";

/** `wasm` computes on the processor, in every browser; `webgpu` on the graphics card. */
export type WebExecutionProvider = "wasm" | "webgpu";

/** Settings of `webRuntime`. */
export interface WebRuntimeOptions {
  readonly executionProvider: WebExecutionProvider;
  /** Use these kernels instead of the largest set whose self-test passes. */
  readonly kernels?: KernelSet;
  /**
   * Threads of the WebAssembly module; ONNX Runtime's default when left out. More than one needs a page that is
   * cross-origin isolated (headers COOP `same-origin` and COEP `require-corp`). Read with the first session of a page.
   */
  readonly numThreads?: number;
  /** URL prefix of the `.wasm` files when they do not lie beside the bundle. Read with the first session of a page. */
  readonly wasmPaths?: string;
}

/**
 * ONNX Runtime in a browser, once it has passed a check; see `webRuntime`.
 *
 * @param verify - the check; the largest set of kernels that passes it is used
 * @throws SemlinkError `no-execution-provider` where the browser lacks the provider; what the check throws
 */
export async function openWebRuntime(
  options: WebRuntimeOptions,
  verify: RuntimeCheck,
): Promise<ProvidedRuntime> {
  return openFirstProvider(PACKAGE, [options.executionProvider], () => openProvider(options, verify));
}

const PACKAGE = "onnxruntime-web";

async function openProvider(options: WebRuntimeOptions, verify: RuntimeCheck): Promise<Runtime> {
  const { executionProvider, kernels, numThreads, wasmPaths } = options;
  const ort =
    executionProvider === "wasm"
      ? await import("onnxruntime-web/wasm")
      : await import("onnxruntime-web/webgpu");
  if (numThreads !== undefined) ort.env.wasm.numThreads = numThreads;
  if (wasmPaths !== undefined) ort.env.wasm.wasmPaths = wasmPaths;
  // A preallocated output on the CPU is returned as it went in: values must be copied (wasm-core-impl.ts, run).
  const backend = { packageName: PACKAGE, ort, executionProvider, writesPreallocated: false };
  const withKernels = (set: KernelSet): Runtime => ({
    name: `${PACKAGE} ${ort.env.versions.web ?? ""}`.trim(),
    executionProvider,
    kernels: set,
    createSession: (model, session) => openOrtSession(backend, model, session),
  });
  return verifiedRuntime(withKernels, { kernels, triesContrib: executionProvider === "wasm", verify });
}
