// SPDX-License-Identifier: Apache-2.0
import type { Runtime } from "@semlink/engine";
import { nodeRuntime } from "@semlink/engine/node";

/** ONNX Runtime on one thread, with a count of training steps and the means to stop at one of them. */
export interface WatchedRuntime {
  readonly runtime: Runtime;
  readonly signal: AbortSignal;
  /** For each session that trains, in the order of opening: its inputs. */
  readonly trainings: readonly (readonly string[])[];
  /** Training steps over all sessions. */
  numSteps(): number;
}

/** @param stopAfter - training steps after which the signal fires; never when left out */
export async function watchedRuntime(stopAfter?: number): Promise<WatchedRuntime> {
  const inner = await nodeRuntime({ intraOpThreads: 1 });
  const stop = new AbortController();
  const trainings: (readonly string[])[] = [];
  let numSteps = 0;
  const runtime: Runtime = {
    ...inner,
    async createSession(model, options) {
      const session = await inner.createSession(model, options);
      if (!session.inputNames.includes("learningRate")) return session;
      trainings.push(session.inputNames);
      return {
        ...session,
        async run(feeds, into) {
          const outputs = await session.run(feeds, into);
          if (++numSteps === stopAfter) stop.abort(new Error("stopped by the test"));
          return outputs;
        },
      };
    },
  };
  return { runtime, signal: stop.signal, trainings, numSteps: () => numSteps };
}
