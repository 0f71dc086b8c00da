// SPDX-License-Identifier: Apache-2.0
import type { NamedTensors } from "../../runtime/runtime.ts";
import { checkReplicas, threadsOf } from "../../runtime/threads.ts";
import { SingleRunner } from "../single-runner.ts";
import type { RunnerSetup, StepRunner } from "../step-runner.ts";
import { MeasuredRunner } from "./measured-runner.ts";
import { ReplicatedRunner } from "./replicated-runner.ts";

/** How many replicas share a step. */
export interface ReplicaOptions {
  readonly replicas?: number | "auto";
  readonly onNotice?: (line: string) => void;
}

/**
 * The runner of a training step.
 *
 * @param start - the state before the first step, which is copied
 * @throws SemlinkError `replicas` unless their number is a positive integer or `"auto"`; `no-threads` for more than one
 * where the runtime has no threads
 */
export async function openRunner(
  setup: RunnerSetup,
  start: NamedTensors,
  { replicas = 1, onNotice }: ReplicaOptions,
): Promise<StepRunner> {
  const { runtime, binding, session } = setup;
  if (replicas !== "auto") {
    checkReplicas("Trainer.create", replicas);
    return openFixed(setup, start, replicas);
  }
  const cores = runtime.threads?.cores ?? 1;
  const wide = { ...setup, session: { intraOpThreads: cores, ...session } };
  return new MeasuredRunner(start, {
    open: (count, values) => openFixed(count === 1 ? wide : setup, values, count),
    most: largestDivisor(binding?.["batch"] ?? 1, cores),
    cores,
    onNotice,
  });
}

async function openFixed(setup: RunnerSetup, start: NamedTensors, numReplicas: number): Promise<StepRunner> {
  if (numReplicas === 1) return SingleRunner.open(setup, start);
  return ReplicatedRunner.open(setup, start, { numReplicas, host: threadsOf(setup.runtime) });
}

/** The largest divisor of `value` that is at most `limit`. */
function largestDivisor(value: number, limit: number): number {
  let divisor = Math.min(value, limit);
  while (value % divisor !== 0) divisor--;
  return divisor;
}
