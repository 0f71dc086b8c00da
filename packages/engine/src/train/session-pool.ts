// SPDX-License-Identifier: Apache-2.0
import type { HostTensor } from "../files/index.ts";
import type { NamedTensors, Runtime, Session, SessionOptions } from "../runtime/runtime.ts";
import type { ThreadTeam } from "../runtime/threads.ts";
import { coresFor } from "../runtime/threads.ts";
import type { ThreadTask } from "./thread-task.ts";

/** Settings of {@link openSessionPool}. */
export interface SessionPoolOptions {
  /**
   * Threads, each with a session of its own that has one thread; at most as many as the runtime has cores. Left out: one
   * session on this thread, with the settings of `session`.
   *
   * The batch of a run is never cut, so results do not depend on the number of cores.
   */
  readonly cores?: number;
  readonly session?: SessionOptions;
}

/** A session, or several that share the runs. */
export interface SessionPool extends Session {
  /** Sessions that share the runs. */
  readonly cores: number;
  /**
   * Deals the runs that are asked for from now on to so many threads. Threads that are missing are started; threads that
   * are not needed finish what they have and rest.
   *
   * @returns when the threads are ready
   * @throws SemlinkError `cores`; what a thread threw while it started: the others go on
   */
  useCores(cores: number): Promise<void>;
  /** Frees all sessions; threads end when none computes any more. */
  release(): Promise<void>;
}

/**
 * A session whose runs are dealt out to threads: runs that are asked for before the one before has ended go on side by
 * side, each on one core and with the bits that a session of one thread gives. With `cores` this thread computes nothing
 * and stays free, except in a runtime without threads.
 *
 * @throws SemlinkError `cores`, `session-failed`
 */
export async function openSessionPool(
  runtime: Runtime,
  model: Uint8Array,
  { cores, session = {} }: SessionPoolOptions = {},
): Promise<SessionPool> {
  if (cores === undefined) return onThisThread(await runtime.createSession(model, session));
  const { threads } = runtime;
  const options = { ...session, intraOpThreads: 1 };
  const count = coresFor(cores, { where: WHERE, most: Infinity, threads: threads?.cores ?? 1 });
  if (threads === undefined) return onThisThread(await runtime.createSession(model, options));
  const team = threads.team(threads.cores);
  const pool = new ThreadPool(team, threads.cores, { kind: "session", model, options });
  try {
    await pool.useCores(count);
    return pool;
  } catch (error) {
    await pool.release();
    throw error;
  }
}

const WHERE = "session pool";

function onThisThread(session: Session): SessionPool {
  const { inputNames, outputNames } = session;
  return {
    inputNames,
    outputNames,
    cores: 1,
    useCores: async (cores) => {
      coresFor(cores, { where: WHERE, most: 1, threads: 1 });
      return Promise.resolve();
    },
    run: (feeds, into) => session.run(feeds, into),
    release: () => session.release(),
  };
}

class ThreadPool implements SessionPool {
  inputNames: readonly string[] = [];
  outputNames: readonly string[] = [];
  cores = 0;
  private readonly team: ThreadTeam;
  private readonly most: number;
  private readonly task: ThreadTask;
  /** Runs that each thread has in hand. */
  private readonly queued: number[] = [];
  private growing: Promise<void> = Promise.resolve();

  constructor(team: ThreadTeam, most: number, task: ThreadTask) {
    this.team = team;
    this.most = most;
    this.task = task;
  }

  async useCores(cores: number): Promise<void> {
    const count = coresFor(cores, { where: WHERE, most: this.most, threads: this.most });
    const grown = this.growing
      .catch(() => undefined) // of whoever asked for it
      .then(() => this.growTo(count));
    this.growing = grown;
    return grown;
  }

  async run(feeds: NamedTensors, into: NamedTensors = {}): Promise<NamedTensors> {
    const { queued } = this;
    const active = queued.slice(0, this.cores);
    const thread = active.indexOf(Math.min(...active));
    queued[thread]!++;
    try {
      const outputs = (await this.team.call(thread, compact(feeds))) as NamedTensors;
      return Object.fromEntries(
        Object.entries(outputs).map(([name, output]) => [name, moved(output, into[name])]),
      );
    } finally {
      queued[thread]!--;
    }
  }

  async release(): Promise<void> {
    await this.growing.catch(() => undefined); // of whoever asked for it
    await this.team.release();
  }

  private async growTo(count: number): Promise<void> {
    const { size } = this.team;
    const opened = await this.team.grow(Array.from({ length: Math.max(0, count - size) }, () => this.task));
    for (const session of opened as readonly Pick<Session, "inputNames" | "outputNames">[]) {
      this.inputNames = session.inputNames;
      this.outputNames = session.outputNames;
      this.queued.push(0);
    }
    this.cores = count;
  }
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
