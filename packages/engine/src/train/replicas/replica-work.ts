// SPDX-License-Identifier: Apache-2.0
import type { NamedTensors, Runtime } from "../../runtime/runtime.ts";
import type { ThreadControl } from "../../runtime/thread-control.ts";
import type { ThreadWork } from "../../runtime/threads.ts";
import { StepGraph, STEP_SESSION } from "../step-graph.ts";
import { Barrier } from "./barrier.ts";
import { Replica } from "./replica.ts";
import type { ReplicaPlan } from "./replica-plan.ts";
import type { ReplicaMemory } from "./shared-memory.ts";
import { SharedValues } from "./shared-memory.ts";

/** What a replica is made of, as data that can go to its thread. */
export interface ReplicaSetup {
  readonly plan: ReplicaPlan;
  readonly index: number;
  readonly gradientModel: Uint8Array;
  /** Of its shard; null when nothing in it is computed. */
  readonly updateModel: Uint8Array | null;
  readonly frozen: NamedTensors;
  readonly memory: ReplicaMemory;
  readonly barrier: SharedArrayBuffer;
}

/** What the first replica asks of the others, all at once. */
export type ReplicaRequest = "step" | "load" | "publish-slots";

/** A replica with sessions of one thread each. */
export async function openReplica(
  setup: ReplicaSetup,
  runtime: Runtime,
  control: ThreadControl,
): Promise<{ readonly replica: Replica; readonly barrier: Barrier; readonly shared: SharedValues }> {
  const { plan, index, frozen, memory, gradientModel, updateModel } = setup;
  const open = async (model: Uint8Array): Promise<StepGraph> =>
    new StepGraph(await runtime.createSession(model, { ...STEP_SESSION, intraOpThreads: 1 }));
  const gradientGraph = await open(gradientModel);
  const updateGraph = updateModel && (await open(updateModel));
  const shared = new SharedValues(plan, memory);
  const barrier = new Barrier(plan.shards.length, control, setup.barrier);
  const replica = new Replica({ plan, index, frozen, shared, barrier, gradientGraph, updateGraph });
  return { replica, barrier, shared };
}

/** A replica as the work of a thread. */
export async function openReplicaWork(
  setup: ReplicaSetup,
  runtime: Runtime,
  control: ThreadControl,
): Promise<ThreadWork> {
  const { replica, barrier, shared } = await openReplica(setup, runtime, control);
  return {
    opened: null,
    async handle(request) {
      switch (request as ReplicaRequest) {
        case "step":
          return replica.step((microBatch) => shared.takeFeeds(setup.index, microBatch));
        case "load":
          replica.load();
          return;
        case "publish-slots":
          replica.publishSlots();
          barrier.arriveBlocking();
          return;
      }
    },
    release: () => replica.release(),
  };
}
