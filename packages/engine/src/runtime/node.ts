// SPDX-License-Identifier: Apache-2.0
import * as ort from "onnxruntime-node";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { SemlinkError } from "../errors.ts";
import type { KernelSet } from "../onnx/kernel-set.ts";
import { contribKernels, nchwcKernels } from "../onnx/kernel-set.ts";
import type { NodeExecutionProvider, ProvidedRuntime, RuntimeCheck } from "./execution-provider.ts";
import { NODE_EXECUTION_PROVIDERS, openFirstProvider, verifiedRuntime } from "./execution-provider.ts";
import { findNchwcBlock } from "./nchwc-probe.ts";
import { nodeThreads } from "./node-threads.ts";
import { openOrtSession } from "./ort-session.ts";
import type { Runtime } from "./runtime.ts";

/** Settings of `nodeRuntime`. */
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
 * ONNX Runtime in this process, on the first execution provider that works; see `nodeRuntime` of the Node entry, which
 * gives the self-test as the check.
 *
 * @param verify - what a provider other than the CPU must pass; without it, the CPU is the only one that is used
 * @throws SemlinkError `no-execution-provider` when none works; `backend-wrong-results` when the only one asked for
 * computes something else
 */
export async function nodeRuntime(
  options: NodeRuntimeOptions = {},
  verify: RuntimeCheck = refuse,
): Promise<ProvidedRuntime> {
  process.env["ORT_DISABLE_TELEMETRY"] ??= "1"; // read when the first session is made
  const { executionProviders = ["cpu"], onNotice } = options;
  const providers = executionProviders === "auto" ? supportedProviders() : executionProviders;
  const open = (provider: NodeExecutionProvider): Promise<Runtime> => openProvider(provider, options, verify);
  return openFirstProvider(PACKAGE, providers, open, onNotice);
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
  verify: RuntimeCheck,
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
  return verifiedRuntime(withKernels, { kernels, triesContrib: executionProvider === "cuda", verify });
}

async function probeKernels(createSession: Runtime["createSession"]): Promise<KernelSet> {
  const block = await findNchwcBlock(createSession);
  return block === null ? contribKernels : nchwcKernels(block);
}

async function refuse({ name, executionProvider }: Runtime): Promise<void> {
  throw new SemlinkError({
    code: "unchecked-provider",
    where: `${name}, ${executionProvider}`,
    expected: "a check that this provider computes right",
    actual: "none",
    hint: "open it by nodeRuntime of @semlink/engine/node, which trains a small network first",
  });
}
