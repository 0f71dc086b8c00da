// SPDX-License-Identifier: Apache-2.0
import type { MessagePort } from "node:worker_threads";
import type { ThreadControl } from "./thread-control.ts";
import type { ThreadAnswer, ThreadMessage, ThreadWork } from "./threads.ts";
import { errorFields, OPENED } from "./threads.ts";

/** Who this thread is to the others. */
export interface ThreadIdentity {
  readonly control: ThreadControl;
  /** Its place in `control`. */
  readonly thread: number;
}

/**
 * Opens the work of a thread and answers requests one after another until asked to end, or until the control stops:
 * then no native code is entered any more but what frees memory.
 */
export async function serveThread(
  port: MessagePort,
  { control, thread }: ThreadIdentity,
  open: () => Promise<ThreadWork>,
): Promise<void> {
  let work: ThreadWork | null = null;
  const answer = async (id: number, task: () => unknown): Promise<void> => {
    let reply: ThreadAnswer;
    try {
      reply = { id, result: await task() };
    } catch (error) {
      reply = { id, error: errorFields(error) };
    }
    control.end(thread);
    port.postMessage(reply);
  };
  const end = async (): Promise<void> => {
    control.mark(thread);
    await work?.release();
    control.end(thread);
    port.close();
  };
  const receive = async (message: ThreadMessage): Promise<void> => {
    if (message === null) await end();
    else if (work && control.begin(thread)) await answer(message.id, () => work!.handle(message.request));
  };

  await answer(OPENED, async () => {
    work = await open();
    return work.opened;
  });
  let last = Promise.resolve();
  port.on("message", (message: ThreadMessage) => {
    last = last.then(() => receive(message));
  });
}
