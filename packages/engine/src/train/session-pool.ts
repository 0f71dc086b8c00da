// SPDX-License-Identifier: Apache-2.0
import type { HostTensor } from "../files/index.ts";
import type { NamedTensors, Runtime, Session, SessionOptions } from "../runtime/runtime.ts";
import { ThreadControl } from "../runtime/thread-control.ts";
import type { ThreadGroup } from "../runtime/threads.ts";
import { checkReplicas, threadsOf } from "../runtime/threads.ts";
import type { ThreadTask } from "./thread-task.ts";

/** Settings of {@link openSessionPool}. */
export interface SessionPoolOptions {
  /** Threads, each with a session of its own; `"auto"` for one on each core. 1 if left out: a plain session. */
  readonly replicas?: number | "auto";
  readonly session?: SessionOptions;
}

/** A session, or several that share the runs. */
export interface SessionPool extends Session {
  readonly replicas: number;
  /** Frees all sessions; threads end when none computes any more. */
  release(): Promise<void>;
}

/**
 * A session whose runs are dealt out to threads: runs that are asked for before the one before has ended go on side by
 * side, each on one core and with the bits that a session of one thread gives. This thread computes nothing and stays
 * free.
 *
 * @throws SemlinkError `replicas`, `no-threads`, `session-failed`
 */
export async function openSessionPool(
  runtime: Runtime,
  model: Uint8Array,
  { replicas = 1, session = {} }: SessionPoolOptions = {},
): Promise<SessionPool> {
  const count = replicas === "auto" ? (runtime.threads?.cores ?? 1) : replicas;
  checkReplicas("Evaluator.create", count);
  if (count === 1) {
    const only = await runtime.createSession(model, session);
    const { inputNames, outputNames } = only;
    const run: Session["run"] = (feeds, into) => only.run(feeds, into);
    return { inputNames, outputNames, replicas: 1, run, release: () => only.release() };
  }
  const options = { ...session, intraOpThreads: 1 };
  const task: ThreadTask = { kind: "session", model, options };
  const control = new ThreadControl(count);
  return dealOutRuns(await threadsOf(runtime).start(new Array<ThreadTask>(count).fill(task), control));
}

function dealOutRuns(threads: ThreadGroup): SessionPool {
  const { inputNames, outputNames } = threads.opened[0] as Pick<Session, "inputNames" | "outputNames">;
  const queued = threads.opened.map(() => 0);
  return {
    inputNames,
    outputNames,
    replicas: queued.length,
    async run(feeds, into = {}) {
      const thread = queued.indexOf(Math.min(...queued));
      queued[thread]!++;
      try {
        const outputs = (await threads.call(thread, compact(feeds))) as NamedTensors;
        return Object.fromEntries(
          Object.entries(outputs).map(([name, output]) => [name, moved(output, into[name])]),
        );
      } finally {
        queued[thread]!--;
      }
    },
    release: () => threads.release(),
  };
}

/** Tensors with arrays of their own: a view would take the whole array behind it along to the thread. */
function compact(feeds: NamedTensors): NamedTensors {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, tensor]) => {
      const { data } = tensor;
      const isView = data.byteLength < data.buffer.byteLength;
      return [name, isView ? { ...tensor, data: data.slice() } : tensor];
    }),
  );
}

function moved(output: HostTensor, target: HostTensor | undefined): HostTensor {
  if (target === undefined) return output;
  (target.data as Float32Array).set(output.data as Float32Array);
  return target;
}
