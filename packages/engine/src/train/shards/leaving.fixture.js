// SPDX-License-Identifier: Apache-2.0
import { buildTrainStep, input, Linear, mse, rngFrom, sgd, Trainer } from "../../../dist/index.js";
import { nodeRuntime } from "../../../dist/node.js";

// Usage: leaving.fixture.js <how>. Trains on two cores and leaves: by process.exit while a thread is inside a
// session, by an error nobody catches, while the threads start, or by coming to the end with the trainer still open.

const [how] = process.argv.slice(2);
const WIDTH = 512;
const BATCH = 4096;
const INSIDE_MS = 20; // the thread is inside its session by then, and for much longer
const leave = () => {
  if (how === "uncaught") throw new Error("left");
  process.exit(7);
};
const model = { net: new Linear({ inFeatures: WIDTH, outFeatures: WIDTH }) };
const step = buildTrainStep({
  model,
  objective: (build) => {
    const once = build.apply(model.net, input("x", ["batch", WIDTH]));
    return { loss: mse(build.apply(model.net, once), input("y", ["batch", WIDTH])) };
  },
  optimizer: sgd(),
});
const runtime = await nodeRuntime({ intraOpThreads: 2 });
if (how === "starting") setTimeout(leave, 20);
const options = { runtime, rng: rngFrom(1), binding: { batch: BATCH }, shards: 2, cores: 2 };
const trainer = await Trainer.create(step, options);
const values = { dtype: "float32", shape: [BATCH, WIDTH], data: rngFrom(2).normal(BATCH * WIDTH) };
const data = { x: values, y: values };
await trainer.run(data, 0.1);
process.stdout.write("trained\n");
if (how !== "end") {
  void trainer.run(data, 0.1); // its thread begins at once, this one after the lines below
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, INSIDE_MS);
  leave();
}
