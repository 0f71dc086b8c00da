// SPDX-License-Identifier: Apache-2.0
import { Worker } from "node:worker_threads";
import { describeError, SemlinkError } from "../errors.ts";
import type { KernelSet } from "../onnx/kernel-set.ts";
import { ThreadControl } from "./thread-control.ts";
import type { ThreadAnswer, ThreadHost, ThreadMessage, ThreadTeam } from "./threads.ts";
import { OPENED } from "./threads.ts";

/** What a thread of Node is started with. */
export interface NodeThreadData {
  readonly task: unknown;
  readonly kernels: KernelSet;
  /** Its place among the threads that share `control`. */
  readonly thread: number;
  readonly control: SharedArrayBuffer;
}

/** Longest time that the end of the process waits for threads inside native code [ms]. */
const EXIT_LIMIT_MS = 10_000;

/**
 * Worker threads with ONNX Runtime's CPU provider, one thread in each session.
 *
 * @param kernels - found by the probe of the process
 */
export function nodeThreads(kernels: KernelSet, cores: number): ThreadHost {
  return { cores, team: (most) => new NodeThreadTeam(kernels, most) };
}

class NodeThreadTeam implements ThreadTeam {
  readonly control: ThreadControl;
  private readonly kernels: KernelSet;
  private readonly threads: NodeThread[] = [];
  private isWatching = false;
  private readonly onExit = (): void => {
    this.control.stop();
    this.control.waitUntilIdle(EXIT_LIMIT_MS);
  };

  constructor(kernels: KernelSet, most: number) {
    this.kernels = kernels;
    this.control = new ThreadControl(most);
  }

  get size(): number {
    return this.threads.length;
  }

  async grow(tasks: readonly unknown[]): Promise<readonly unknown[]> {
    const { control, kernels, threads } = this;
    if (!this.isWatching) process.on("exit", this.onExit);
    this.isWatching = true;
    const started = tasks.map((task, index) => {
      const thread = threads.length + index;
      control.mark(thread); // it is inside native code while it starts
      return new NodeThread({ task, kernels, thread, control: control.memory }, control);
    });
    const opening = await Promise.allSettled(started.map((thread) => thread.opened));
    const failed = opening.find((result) => result.status === "rejected");
    if (failed) {
      await Promise.all(started.map((thread) => thread.end()));
      throw failed.reason;
    }
    threads.push(...started);
    return opening.map((result) => (result.status === "fulfilled" ? result.value : null));
  }

  call(thread: number, request: unknown): Promise<unknown> {
    return this.threads[thread]!.call(request);
  }

  async release(): Promise<void> {
    this.control.stop();
    await Promise.all(this.threads.map((thread) => thread.end()));
    process.off("exit", this.onExit);
  }
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** One thread and those who wait for its answers. */
class NodeThread {
  readonly opened: Promise<unknown>;
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private readonly exited: Promise<void>;
  private lastId = OPENED;
  private isOpen = false;
  private isReleased = false;
  private ending: SemlinkError | null = null;

  constructor(workerData: NodeThreadData, control: ThreadControl) {
    this.worker = new Worker(compiledProgram(), { workerData });
    this.opened = new Promise((resolve, reject) => this.waiting.set(OPENED, { resolve, reject }));
    this.worker.on("message", (answer: ThreadAnswer) => {
      this.settle(answer);
    });
    let cause: unknown;
    this.worker.on("error", (error) => {
      cause = error;
    });
    this.exited = new Promise((resolve) => {
      this.worker.once("exit", (exitCode) => {
        if (this.isOpen && !this.isReleased) control.stop(); // others may wait for it
        control.end(workerData.thread);
        this.ending = threadEnded(this.isReleased, exitCode, cause);
        for (const { reject } of this.waiting.values()) reject(this.ending);
        this.waiting.clear();
        resolve();
      });
    });
  }

  call(request: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.ending) throw this.ending;
      const id = ++this.lastId;
      this.post({ id, request });
      this.worker.ref();
      this.waiting.set(id, { resolve, reject });
    });
  }

  async end(): Promise<void> {
    if (this.ending) return;
    this.isReleased = true;
    this.worker.ref();
    this.post(null);
    await this.exited;
  }

  private post(message: ThreadMessage): void {
    this.worker.postMessage(message);
  }

  private settle({ id, result, error }: ThreadAnswer): void {
    if (id === OPENED) this.isOpen = error === undefined;
    const waiting = this.waiting.get(id)!;
    this.waiting.delete(id);
    if (this.waiting.size === 0 && !this.isReleased) this.worker.unref();
    if (error) waiting.reject(new SemlinkError(error));
    else waiting.resolve(result);
  }
}

/** The program beside this file; tests run the sources, and the program of the last build. */
function compiledProgram(): URL {
  const isSource = import.meta.url.endsWith(".ts");
  const path = isSource ? "../../dist/train/thread-program.js" : "../train/thread-program.js";
  return new URL(path, import.meta.url);
}

function threadEnded(isReleased: boolean, exitCode: number, cause: unknown): SemlinkError {
  const reason = cause === undefined ? "" : `: ${describeError(cause).message}`;
  return new SemlinkError({
    code: "thread-ended",
    where: "thread",
    expected: "a thread that answers",
    actual: isReleased ? "one that was released" : `one that exited with code ${exitCode}${reason}`,
    hint: isReleased ? undefined : "memory may have run out: use fewer cores or a smaller batch",
    cause,
  });
}
