// SPDX-License-Identifier: Apache-2.0
import * as ort from "onnxruntime-node";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import type { KernelSet } from "../onnx/kernel-set.ts";
import { contribKernels, nchwcKernels } from "../onnx/kernel-set.ts";
import { openFirstProvider, type ProvidedRuntime, verifiedRuntime } from "./execution-provider.ts";
import { findNchwcBlock } from "./nchwc-probe.ts";
import { nodeThreads } from "./node-threads.ts";
import { NODE_EXECUTION_PROVIDERS, type NodeExecutionProvider } from "./node-execution-providers.ts";
import { openOrtSession } from "./ort-session.ts";
import type { Runtime } from "./runtime.ts";

/** Settings of {@link nodeRuntime}. */
export interface NodeRuntimeOptions {
  /** Use these kernels instead of probing; tests run every operator with each set. */
  readonly kernels?: KernelSet;
  /** Threads inside one operator for every session that does not say otherwise. */
  readonly intraOpThreads?: number;
  /** Providers to try in this order, `"auto"` for all that this build of ONNX Runtime has; `["cpu"]` when left out. */
  readonly executionProviders?: readonly NodeExecutionProvider[] | "auto";
  /** Told, one line each, which providers were tried, which one is used, and why the others are not. */
  readonly onNotice?: (line: string) => void;
}

/**
 * ONNX Runtime in this process, on the first execution provider that works. The CPU provider is probed once for
 * blocked convolutions and falls back to portable kernels where they are missing; any other provider must pass the
 * self-test first.
 *
 * ONNX Runtime's telemetry is switched off, unless `ORT_DISABLE_TELEMETRY` is already set: it is on by default, reports
 * models and sessions over the network, and writes into the home and temporary folders.
 *
 * @throws SemlinkError `no-execution-provider` when none works; `backend-wrong-results` when the only one asked for
 * computes something else
 */
export async function nodeRuntime(options: NodeRuntimeOptions = {}): Promise<ProvidedRuntime> {
  process.env["ORT_DISABLE_TELEMETRY"] ??= "1"; // read when the first session is made
  const { executionProviders = ["cpu"], onNotice } = options;
  const providers = executionProviders === "auto" ? supportedProviders() : executionProviders;
  return openFirstProvider(PACKAGE, providers, (provider) => openProvider(provider, options), onNotice);
}

/** Version of the installed onnxruntime-node package. */
export function onnxRuntimeVersion(): string {
  const { version } = createRequire(import.meta.url)("onnxruntime-node/package.json") as { version: string };
  return version;
}

const PACKAGE = "onnxruntime-node";

/** The providers that this build of ONNX Runtime knows for this system; their drivers may still be missing. */
function supportedProviders(): readonly NodeExecutionProvider[] {
  const supported = new Set(ort.listSupportedBackends().map(({ name }) => name));
  return NODE_EXECUTION_PROVIDERS.filter((provider) => supported.has(provider));
}

async function openProvider(
  executionProvider: NodeExecutionProvider,
  { kernels, intraOpThreads }: NodeRuntimeOptions,
): Promise<Runtime> {
  const backend = { packageName: PACKAGE, ort, executionProvider, writesPreallocated: true };
  const threads = intraOpThreads === undefined ? {} : { intraOpThreads };
  const createSession: Runtime["createSession"] = (model, session) =>
    openOrtSession(backend, model, { ...threads, ...session });
  const withKernels = (set: KernelSet): Runtime => ({
    name: `${PACKAGE} ${onnxRuntimeVersion()}`,
    executionProvider,
    kernels: set,
    createSession,
  });
  if (executionProvider === "cpu") {
    const runtime = withKernels(kernels ?? (await probeKernels(createSession)));
    return { ...runtime, threads: nodeThreads(runtime.kernels, intraOpThreads ?? availableParallelism()) };
  }
  return verifiedRuntime(withKernels, { kernels, triesContrib: executionProvider === "cuda" });
}

async function probeKernels(createSession: Runtime["createSession"]): Promise<KernelSet> {
  const block = await findNchwcBlock(createSession);
  return block === null ? contribKernels : nchwcKernels(block);
}
