// SPDX-License-Identifier: Apache-2.0
import type { HostTensor } from "../files/index.ts";
import type { KernelSet } from "../onnx/kernel-set.ts";
import type { ThreadHost } from "./threads.ts";

/** Values by name, fed to or read from a session. */
export type NamedTensors = Readonly<Record<string, HostTensor>>;

/** How one session runs. */
export interface SessionOptions {
  /** Threads inside one operator; the runtime's own default when left out. Browsers have one setting for a page. */
  readonly intraOpThreads?: number;
  /** Writes a profile of every run to files with this prefix; in Node only. */
  readonly profilePrefix?: string;
  /**
   * Whether the runtime may rewrite the graph before it runs it; it may when left out. Training steps are emitted in
   * the form that they should run in, and large ones load several times as fast when nothing is rewritten.
   */
  readonly rewritesGraph?: boolean;
  /**
   * Whether the memory of all intermediate values is laid out as one block for each set of input shapes; it is when left
   * out. A large step without it needs about a quarter less memory and hardly more time.
   */
  readonly plansMemory?: boolean;
}

/** A model ready to run. */
export interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /**
   * Runs the model once. Outputs named in `into` are written into the given tensors and returned as they are; the
   * others are new. Blocks the event loop while kernels work.
   */
  run(feeds: NamedTensors, into?: NamedTensors): Promise<NamedTensors>;
  /** Frees the memory of the session, which cannot run any more. */
  release(): Promise<void>;
}

/** Something that runs ONNX models: ONNX Runtime in Node or in a browser. */
export interface Runtime {
  /** `"onnxruntime-node 1.30.0"` or `"onnxruntime-web 1.30.0"`. */
  readonly name: string;
  readonly executionProvider: string;
  readonly kernels: KernelSet;
  /**
   * Loads an ONNX model.
   *
   * @param model - bytes of an ONNX file
   * @throws SemlinkError `session-failed` when the runtime cannot load it
   */
  createSession(model: Uint8Array, options?: SessionOptions): Promise<Session>;
  /** Threads that compute side by side; left out where there are none. */
  readonly threads?: ThreadHost;
}
