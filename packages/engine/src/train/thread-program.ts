// SPDX-License-Identifier: Apache-2.0
// The program of every thread: a share of a training step, or a session of an evaluation.
import { parentPort, workerData } from "node:worker_threads";
import { nodeRuntime } from "../runtime/node.ts";
import type { NodeThreadData } from "../runtime/node-threads.ts";
import { serveThread } from "../runtime/serve-thread.ts";
import { ThreadControl } from "../runtime/thread-control.ts";
import { openThreadTask } from "./thread-task.ts";
import type { ThreadTask } from "./thread-task.ts";

const { task, kernels, thread, control: memory } = workerData as NodeThreadData;
const control = new ThreadControl(memory);
await serveThread(parentPort!, { control, thread }, async () => {
  const runtime = await nodeRuntime({ kernels, intraOpThreads: 1 });
  return openThreadTask(task as ThreadTask, runtime, control);
});
