// SPDX-License-Identifier: Apache-2.0
import type { NamedTensors } from "../../runtime/runtime.ts";
import { checkCount } from "../../runtime/threads.ts";
import { SingleRunner } from "../single-runner.ts";
import type { RunnerSetup, StepRunner } from "../step-runner.ts";
import { ShardedRunner } from "./sharded-runner.ts";

/** How a step is cut, and how many threads compute it. */
export interface ShardOptions {
  readonly shards?: number;
  readonly cores?: number;
}

/**
 * The runner of a training step.
 *
 * @param start - the state before the first step, which is copied
 * @throws SemlinkError `shards`, `cores` unless both are positive whole numbers; see `planShards` for batches that have no
 * equal parts
 */
export async function openRunner(
  setup: RunnerSetup,
  start: NamedTensors,
  { shards = 1, cores = 1 }: ShardOptions,
): Promise<StepRunner> {
  const where = "Trainer.create";
  checkCount({ code: "shards", where, what: "shards" }, shards);
  checkCount({ code: "cores", where, what: "cores" }, cores);
  if (shards === 1) return SingleRunner.open(setup, start);
  return ShardedRunner.open(setup, start, { numShards: shards, cores });
}
