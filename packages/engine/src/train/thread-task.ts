// SPDX-License-Identifier: Apache-2.0
import type { NamedTensors, Runtime, SessionOptions } from "../runtime/runtime.ts";
import type { ThreadControl } from "../runtime/thread-control.ts";
import type { ThreadWork } from "../runtime/threads.ts";
import { openShardWork } from "./shards/shard-work.ts";
import type { ShardSetup } from "./shards/shard-work.ts";

/** A model whose runs a thread does. */
export interface SessionTask {
  readonly kind: "session";
  readonly model: Uint8Array;
  readonly options: SessionOptions;
}

/** A share of a training step. */
export interface ShardTask {
  readonly kind: "shards";
  readonly setup: ShardSetup;
}

/** What a thread is started for. */
export type ThreadTask = SessionTask | ShardTask;

/** Opens the work of a thread with its own runtime. */
export function openThreadTask(
  task: ThreadTask,
  runtime: Runtime,
  control: ThreadControl,
): Promise<ThreadWork> {
  return task.kind === "session"
    ? openSessionWork(task, runtime)
    : openShardWork(task.setup, runtime, control);
}

async function openSessionWork({ model, options }: SessionTask, runtime: Runtime): Promise<ThreadWork> {
  const session = await runtime.createSession(model, options);
  const { inputNames, outputNames } = session;
  return {
    opened: { inputNames, outputNames },
    handle: (feeds) => session.run(feeds as NamedTensors),
    release: () => session.release(),
  };
}
