// SPDX-License-Identifier: Apache-2.0
import type {
  InferenceSession,
  InferenceSessionFactory,
  Tensor as OrtTensor,
  TensorConstructor,
} from "onnxruntime-common";
import { describeError, SemlinkError } from "../errors.ts";
import type { HostTensor } from "../files/index.ts";
import type { NamedTensors, Session, SessionOptions } from "./runtime.ts";

/** One ONNX Runtime package and one of its execution providers. */
export interface OrtBackend {
  /** The package, named in errors: `"onnxruntime-node"`. */
  readonly packageName: string;
  /** What onnxruntime-node and onnxruntime-web export alike. */
  readonly ort: { readonly InferenceSession: InferenceSessionFactory; readonly Tensor: TensorConstructor };
  readonly executionProvider: string;
  /** Whether outputs are computed into arrays of the caller; else they are copied there after the run. */
  readonly writesPreallocated: boolean;
}

/**
 * A model loaded by ONNX Runtime.
 *
 * @throws SemlinkError `session-failed` when the provider is not there or cannot load the model; a run throws
 * `run-failed`, or `not-a-tensor` for an input that is none
 */
export async function openOrtSession(
  backend: OrtBackend,
  model: Uint8Array,
  options: SessionOptions = {},
): Promise<Session> {
  const { packageName, writesPreallocated } = backend;
  const session = await createOrtSession(backend, model, options);
  const wrapAll = tensorWrapper(backend);
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    async run(feeds, into = {}) {
      const preallocated = writesPreallocated ? wrapAll(into) : {};
      const fetches = Object.fromEntries(
        session.outputNames.map((name) => [name, preallocated[name] ?? null]),
      );
      const outputs = await session.run(wrapAll(feeds), fetches).catch((cause: unknown) => {
        throw ortFailed("run-failed", packageName, "inputs that fit the model", cause);
      });
      return Object.fromEntries(
        session.outputNames.map((name) => {
          const target = into[name];
          if (target === undefined) return [name, unwrap(outputs[name]!)];
          if (!writesPreallocated) copyInto(target, unwrap(outputs[name]!), `output "${name}"`);
          return [name, target];
        }),
      );
    },
    release: () => session.release(),
  };
}

async function createOrtSession(
  { ort, packageName, executionProvider }: OrtBackend,
  model: Uint8Array,
  { intraOpThreads, profilePrefix, rewritesGraph = true, plansMemory = true }: SessionOptions,
): Promise<InferenceSession> {
  return ort.InferenceSession.create(model, {
    executionProviders: [executionProvider],
    graphOptimizationLevel: rewritesGraph ? "all" : "disabled",
    enableMemPattern: plansMemory,
    executionMode: "sequential",
    interOpNumThreads: 1,
    logSeverityLevel: 4, // a failed run throws what the log would print a second time, in colours
    ...(intraOpThreads === undefined ? {} : { intraOpNumThreads: intraOpThreads }),
    ...(profilePrefix === undefined ? {} : { enableProfiling: true, profileFilePrefix: profilePrefix }),
  }).catch((cause: unknown) => {
    throw ortFailed("session-failed", packageName, "a model that this runtime can load", cause);
  });
}

/** Wraps tensors of this session. One handed back by the caller keeps its wrapper, so state that goes round is free. */
function tensorWrapper({ ort }: OrtBackend): (tensors: NamedTensors) => Record<string, OrtTensor> {
  const wrappers = new WeakMap<HostTensor, OrtTensor>();
  const wrap = (name: string, tensor: HostTensor): OrtTensor => {
    const known = wrappers.get(tensor);
    if (known) return known;
    try {
      const wrapped = new ort.Tensor(tensor.dtype as "float32", tensor.data as Float32Array, tensor.shape);
      wrappers.set(tensor, wrapped);
      return wrapped;
    } catch (cause) {
      throw notATensor(name, tensor, cause);
    }
  };
  return (tensors) =>
    Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, wrap(name, tensor)]));
}

function notATensor(name: string, { dtype, shape, data }: Partial<HostTensor>, cause: unknown): SemlinkError {
  const given = [`dtype ${dtype}`, `shape [${shape?.join(", ")}]`, `${data?.length} values`];
  return new SemlinkError({
    code: "not-a-tensor",
    where: `input "${name}"`,
    expected: "{ dtype, shape, data } with as many values as the shape has places",
    actual: shape && data ? given.join(", ") : "something else",
    hint: 'an array alone has no shape: { dtype: "float32", shape: [values.length], data: values }',
    cause,
  });
}

function unwrap({ type, dims, data }: OrtTensor): HostTensor {
  const values = type === "float16" ? bitsOf(data) : (data as Float32Array);
  return { dtype: type as "float32", shape: [...dims], data: values };
}

/** Engines that have a Float16Array give one; a host tensor holds the bits. */
function bitsOf(data: OrtTensor["data"]): Uint16Array {
  const { buffer, byteOffset, length } = data as Uint16Array;
  return new Uint16Array(buffer, byteOffset, length);
}

function copyInto(target: HostTensor, { data }: HostTensor, where: string): void {
  if (data.length !== target.data.length) {
    throw new SemlinkError({
      code: "run-failed",
      where,
      expected: `${target.data.length} values, as given to write into`,
      actual: `${data.length}`,
    });
  }
  (target.data as Float32Array).set(data as Float32Array);
}

function ortFailed(code: string, where: string, expected: string, cause: unknown): SemlinkError {
  return new SemlinkError({ code, where, expected, actual: describeError(cause).message, cause });
}
