// SPDX-License-Identifier: Apache-2.0
// What the child process of the WebGPU test runs: prints the runtime and its losses as JSON.
import { nodeRuntime } from "../src/node.ts";
import { trainingLosses } from "./training-graphs.fixture.ts";

/** What the child prints. */
export interface ChildReport {
  readonly executionProvider: string;
  readonly kernels: string;
  readonly attempts: readonly string[];
  readonly losses: readonly number[];
}

const notices: string[] = [];
const runtime = await nodeRuntime({
  executionProviders: ["webgpu", "cpu"],
  onNotice: (line) => notices.push(line),
});
const report: ChildReport = {
  executionProvider: runtime.executionProvider,
  kernels: runtime.kernels.name,
  attempts: notices,
  losses: await trainingLosses(runtime, "a CNN by SGD with momentum"),
};
process.stdout.write(JSON.stringify(report));
