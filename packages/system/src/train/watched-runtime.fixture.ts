// SPDX-License-Identifier: Apache-2.0
import type { NamedTensors, Runtime } from "@semlink/engine";
import { nodeRuntime } from "@semlink/engine/node";

/** ONNX Runtime on one thread, with a count of training steps and the means to stop at one of them. */
export interface WatchedRuntime {
  readonly runtime: Runtime;
  readonly signal: AbortSignal;
  /** For each session that trains, in the order of opening: its inputs. */
  readonly trainings: readonly (readonly string[])[];
  /** Training steps over all sessions. */
  numSteps(): number;
  /** What the training steps were fed under a name, step by step; those that read no such input are left out. */
  fed(name: string): Float32Array[];
}

/** @param stopAfter - training steps after which the signal fires; never when left out */
export async function watchedRuntime(stopAfter?: number): Promise<WatchedRuntime> {
  const inner = await nodeRuntime({ intraOpThreads: 1 });
  const stop = new AbortController();
  const trainings: (readonly string[])[] = [];
  const feedsOfSteps: NamedTensors[] = [];
  const runtime: Runtime = {
    ...inner,
    async createSession(model, options) {
      const session = await inner.createSession(model, options);
      if (!session.inputNames.includes("learningRate")) return session;
      trainings.push(session.inputNames);
      return {
        ...session,
        async run(feeds, into) {
          // Copied, since the buffers are used again.
          const copies = Object.entries(feeds).map(([name, tensor]) => [
            name,
            { ...tensor, data: tensor.data.slice() },
          ]);
          feedsOfSteps.push(Object.fromEntries(copies) as NamedTensors);
          const outputs = await session.run(feeds, into);
          if (feedsOfSteps.length === stopAfter) stop.abort(new Error("stopped by the test"));
          return outputs;
        },
      };
    },
  };
  return {
    runtime,
    signal: stop.signal,
    trainings,
    numSteps: () => feedsOfSteps.length,
    fed: (name) =>
      feedsOfSteps.flatMap(({ [name]: tensor }) => (tensor ? [tensor.data as Float32Array] : [])),
  };
}
