// SPDX-License-Identifier: Apache-2.0
import type { Runtime } from "./runtime.ts";

/** A runtime whose training steps return one value that is a little wrong, as a faulty kernel would. */
export function withWrongOutput(runtime: Runtime, difference = 0.01): Runtime {
  return {
    ...runtime,
    async createSession(model, options) {
      const session = await runtime.createSession(model, options);
      return {
        ...session,
        async run(feeds, into) {
          const outputs = await session.run(feeds, into);
          const bias = outputs["next:head.bias"]?.data as Float32Array | undefined;
          if (bias !== undefined) bias[0]! += difference;
          return outputs;
        },
      };
    },
  };
}
