// SPDX-License-Identifier: Apache-2.0
// A parent process for the tests to kill: runs the ticking job of the fixture worker until it is stopped.
import { createJobRunner } from "../../dist/run/jobs.js";

const [path, savedPath] = process.argv.slice(2);
const stop = new AbortController();
process.on("SIGINT", () => stop.abort());
const jobs = createJobRunner({
  report: ({ done }) => process.send({ childPid: done }),
  signal: stop.signal,
  worker: new URL("./jobs.fixture.js", import.meta.url),
});
const exitCode = await jobs
  .run([{ job: "tick", payload: { path, savedPath } }])
  .then(() => 0)
  .catch((error) => (error === stop.signal.reason ? 130 : 1));
process.exit(exitCode);
