// SPDX-License-Identifier: Apache-2.0
import type { NamedTensors, Runtime } from "../../runtime/runtime.ts";
import type { ThreadControl } from "../../runtime/thread-control.ts";
import type { ThreadWork } from "../../runtime/threads.ts";
import { StepGraph, STEP_SESSION } from "../step-graph.ts";
import type { ShardPlan } from "./shard-plan.ts";
import { ShardWorker } from "./shard-worker.ts";
import type { ShardMemory } from "./shared-memory.ts";
import { SharedValues } from "./shared-memory.ts";

/** What a worker is made of, as data that can go to its thread. */
export interface ShardSetup {
  readonly plan: ShardPlan;
  readonly index: number;
  readonly gradientModel: Uint8Array;
  /** Of each part of the state; null where nothing in it is computed. */
  readonly updateModels: readonly (Uint8Array | null)[];
  readonly frozen: NamedTensors;
  readonly memory: ShardMemory;
}

/** What the first worker asks of the others, all at once. */
export type ShardRequest =
  | { readonly kind: "step" }
  | { readonly kind: "load"; readonly numWorkers: number }
  | { readonly kind: "publish-slots" };

/** A worker with sessions of one thread each. */
export async function openShardWorker(
  setup: ShardSetup,
  runtime: Runtime,
  control: Pick<ThreadControl, "isStopped">,
): Promise<{ readonly worker: ShardWorker; readonly shared: SharedValues }> {
  const { plan, index, frozen, memory, gradientModel, updateModels } = setup;
  const open = async (model: Uint8Array): Promise<StepGraph> =>
    new StepGraph(await runtime.createSession(model, { ...STEP_SESSION, intraOpThreads: 1 }));
  const shared = new SharedValues(plan, memory);
  const worker = new ShardWorker({
    plan,
    index,
    frozen,
    shared,
    control,
    barrier: memory.barrier,
    gradientGraph: await open(gradientModel),
    openUpdate: async (part) => {
      const model = updateModels[part];
      return model ? open(model) : null;
    },
  });
  return { worker, shared };
}

/** A worker as the work of a thread. */
export async function openShardWork(
  setup: ShardSetup,
  runtime: Runtime,
  control: ThreadControl,
): Promise<ThreadWork> {
  const { worker, shared } = await openShardWorker(setup, runtime, control);
  return {
    opened: null,
    async handle(request) {
      const asked = request as ShardRequest;
      switch (asked.kind) {
        case "step":
          return worker.step((shard, microBatch) => shared.takeFeeds(shard, microBatch));
        case "load":
          worker.load(asked.numWorkers);
          return;
        case "publish-slots":
          worker.publishSlots();
          return;
      }
    },
    release: () => worker.release(),
  };
}
