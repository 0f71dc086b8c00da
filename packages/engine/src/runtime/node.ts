// SPDX-License-Identifier: Apache-2.0
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { createRequire } from "node:module";
import { SemlinkError } from "../errors.ts";
import type { HostTensor } from "../files/index.ts";
import type { KernelSet } from "../onnx/kernel-set.ts";
import { contribKernels, nchwcKernels } from "../onnx/kernel-set.ts";
import { findNchwcBlock } from "./nchwc-probe.ts";
import type { NamedTensors, Runtime, Session, SessionOptions } from "./runtime.ts";

export interface NodeRuntimeOptions {
  /** Use these kernels instead of probing; tests run every operator with each set. */
  readonly kernels?: KernelSet;
  /** Threads inside one operator for every session that does not say otherwise. */
  readonly intraOpThreads?: number;
}

/**
 * ONNX Runtime's CPU provider in this process. Probes once for blocked convolutions and falls back to portable
 * kernels where they are missing.
 *
 * ONNX Runtime's telemetry is switched off, unless `ORT_DISABLE_TELEMETRY` is already set: it is on by default, reports
 * models and sessions over the network, and writes into the home and temporary folders.
 */
export async function nodeRuntime(options: NodeRuntimeOptions = {}): Promise<Runtime> {
  process.env["ORT_DISABLE_TELEMETRY"] ??= "1"; // read when the first session is made
  const createSession = (model: Uint8Array, session: SessionOptions = {}): Promise<Session> =>
    openSession(model, {
      ...(options.intraOpThreads === undefined ? {} : { intraOpThreads: options.intraOpThreads }),
      ...session,
    });
  return {
    name: `onnxruntime-node ${onnxRuntimeVersion()}`,
    executionProvider: "cpu",
    kernels: options.kernels ?? (await probeKernels(createSession)),
    createSession,
  };
}

/** Version of the installed onnxruntime-node package. */
export function onnxRuntimeVersion(): string {
  const { version } = createRequire(import.meta.url)("onnxruntime-node/package.json") as { version: string };
  return version;
}

async function probeKernels(createSession: Runtime["createSession"]): Promise<KernelSet> {
  const block = await findNchwcBlock(createSession);
  return block === null ? contribKernels : nchwcKernels(block);
}

async function openSession(model: Uint8Array, options: SessionOptions): Promise<Session> {
  const session = await createOrtSession(model, options);
  // A tensor handed back by the caller keeps its wrapper, so state fed round and round costs nothing to wrap.
  const wrappers = new WeakMap<HostTensor, OrtTensor>();
  const wrap = (tensor: HostTensor): OrtTensor => {
    const known = wrappers.get(tensor);
    if (known) return known;
    const wrapped = new OrtTensor(tensor.dtype as "float32", tensor.data as Float32Array, tensor.shape);
    wrappers.set(tensor, wrapped);
    return wrapped;
  };
  const wrapAll = (tensors: NamedTensors): Record<string, OrtTensor> =>
    Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, wrap(tensor)]));
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    async run(feeds, into = {}) {
      const preallocated = wrapAll(into);
      const fetches = Object.fromEntries(
        session.outputNames.map((name) => [name, preallocated[name] ?? null]),
      );
      const outputs = await session.run(wrapAll(feeds), fetches).catch((cause: unknown) => {
        throw runFailed(cause);
      });
      return Object.fromEntries(
        session.outputNames.map((name) => [name, into[name] ?? unwrap(outputs[name]!)]),
      );
    },
    release: () => session.release(),
  };
}

async function createOrtSession(model: Uint8Array, options: SessionOptions): Promise<InferenceSession> {
  return InferenceSession.create(model, {
    executionProviders: ["cpu"],
    graphOptimizationLevel: "all",
    executionMode: "sequential",
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    ...(options.intraOpThreads === undefined ? {} : { intraOpNumThreads: options.intraOpThreads }),
    ...(options.profilePrefix === undefined
      ? {}
      : { enableProfiling: true, profileFilePrefix: options.profilePrefix }),
  }).catch((cause: unknown) => {
    throw new SemlinkError({
      code: "session-failed",
      where: "onnxruntime-node",
      expected: "a model that this runtime can load",
      actual: messageOf(cause),
      cause,
    });
  });
}

function unwrap(tensor: OrtTensor): HostTensor {
  return {
    dtype: tensor.type as "float32",
    shape: [...tensor.dims],
    data: tensor.data as Float32Array,
  };
}

function runFailed(cause: unknown): SemlinkError {
  return new SemlinkError({
    code: "run-failed",
    where: "onnxruntime-node",
    expected: "inputs that fit the model",
    actual: messageOf(cause),
    cause,
  });
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
