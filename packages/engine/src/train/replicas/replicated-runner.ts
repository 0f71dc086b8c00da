// SPDX-License-Identifier: Apache-2.0
import { describeError, SemlinkError } from "../../errors.ts";
import type { HostTensor } from "../../files/index.ts";
import { numElementsOf } from "../../files/index.ts";
import { lower } from "../../onnx/lower.ts";
import type { NamedTensors } from "../../runtime/runtime.ts";
import { ThreadControl } from "../../runtime/thread-control.ts";
import type { ThreadGroup, ThreadHost } from "../../runtime/threads.ts";
import { floatTensor, missingInput } from "../step-graph.ts";
import { scalarTensors } from "../step-runner.ts";
import type { Rerun, RunnerSetup, StepRequest, StepResult, StepRunner } from "../step-runner.ts";
import type { ThreadTask } from "../thread-task.ts";
import { Barrier, STOPPED } from "./barrier.ts";
import { partBinding, partOf } from "./feed-parts.ts";
import { flatValues } from "./flat-layout.ts";
import type { FlatValues } from "./flat-layout.ts";
import type { ReplicaPlan } from "./replica-plan.ts";
import { planReplicas } from "./replica-plan.ts";
import type { Replica } from "./replica.ts";
import { gradientNorm, STATE_NOT_FINITE } from "./replica.ts";
import type { ReplicaRequest, ReplicaSetup } from "./replica-work.ts";
import { openReplica } from "./replica-work.ts";
import { allocateMemory } from "./shared-memory.ts";
import type { SharedValues } from "./shared-memory.ts";

/** The first replica, on this thread, with what it shares with the others. */
interface Opened {
  readonly replica: Replica;
  readonly barrier: Barrier;
  readonly shared: SharedValues;
}

/** A step that several replicas share: the first on this thread, each other on a thread of its own. */
export class ReplicatedRunner implements StepRunner {
  readonly replicas: number;
  private readonly setup: RunnerSetup;
  private readonly plan: ReplicaPlan;
  private readonly own: Opened;
  private readonly threads: ThreadGroup;
  private isRunning = false;
  /** All moments and averages, once somebody has asked for them. */
  private slots: FlatValues | null = null;

  private constructor(setup: RunnerSetup, plan: ReplicaPlan, own: Opened, threads: ThreadGroup) {
    this.replicas = plan.shards.length;
    this.setup = setup;
    this.plan = plan;
    this.own = own;
    this.threads = threads;
  }

  /**
   * @param start - the state before the first step, which is copied
   * @param numReplicas - at least 2
   * @throws SemlinkError when the batch has no equal parts, see `planReplicas`; `thread-ended`
   */
  static async open(
    setup: RunnerSetup,
    start: NamedTensors,
    { numReplicas, host }: { readonly numReplicas: number; readonly host: ThreadHost },
  ): Promise<ReplicatedRunner> {
    const { trainStep, runtime, binding = {}, checksState, frozen } = setup;
    const { plan, gradient, updates } = planReplicas(trainStep, { binding, numReplicas, checksState });
    const { kernels } = runtime;
    const options = { kernels, binding: partBinding(binding, numReplicas), name: "train-step" };
    const gradientModel = lower(gradient, options).bytes;
    const control = new ThreadControl(numReplicas - 1);
    const shared = { plan, gradientModel, frozen, memory: allocateMemory(plan) };
    const barrier = new Barrier(numReplicas, control).memory;
    const setups = updates.map((outputs, index): ReplicaSetup => {
      const isEmpty = Object.keys(outputs).length === 0;
      return { ...shared, index, barrier, updateModel: isEmpty ? null : lower(outputs, options).bytes };
    });
    const tasks = setups.slice(1).map((task): ThreadTask => ({ kind: "replica", setup: task }));
    const opening = openReplica(setups[0]!, runtime, control);
    const [own, threads] = await Promise.allSettled([opening, host.start(tasks, control)]);
    if (own.status === "fulfilled" && threads.status === "fulfilled") {
      const runner = new ReplicatedRunner(setup, plan, own.value, threads.value);
      runner.load(start);
      return runner;
    }
    if (own.status === "fulfilled") await own.value.replica.release();
    if (threads.status === "fulfilled") await threads.value.release();
    throw firstCause([own, threads]);
  }

  async run({ batch, scalars }: StepRequest): Promise<StepResult> {
    this.assertIdle();
    const { numMicroBatches, scalarNames } = this.plan;
    const { replica, shared } = this.own;
    const batches = Array.from({ length: numMicroBatches }, (_, microBatch) => batch(microBatch));
    const parts = batches.map((whole, microBatch) => this.cut(whole, microBatch));
    shared.scalars.set(scalarNames.map((name) => scalars[name]!));
    this.isRunning = true;
    const others = this.ask("step");
    const own = replica.step((microBatch) => parts[microBatch]!);
    const results = await Promise.allSettled([own, ...others]);
    this.isRunning = false;
    const reruns = (): Rerun[] => batches.map((whole) => this.rerunOf(whole, scalars));
    if (results.some(({ status }) => status === "rejected")) {
      const cause = firstCause(results);
      if (!(cause instanceof SemlinkError) || cause.code !== STATE_NOT_FINITE) throw cause;
      return { broken: { what: "state", actual: cause.actual, reruns } };
    }
    const metrics = this.metrics();
    if (await own) return { metrics, broken: null };
    return { broken: { what: "loss", actual: `${metrics["loss"]!}`, reruns } };
  }

  tensors(): Readonly<Record<string, HostTensor>> {
    const slots = this.collectSlots();
    const values = this.own.replica.tensors;
    return Object.fromEntries(
      this.setup.trainStep.state.map(({ name }) => [name, (values[name] ?? slots[name])!] as const),
    );
  }

  load(tensors: NamedTensors): void {
    this.assertIdle();
    const { replica, shared } = this.own;
    for (const { values, slots } of this.plan.shards) {
      for (const { name, offset } of values) shared.values.set(tensors[name]!.data as Float32Array, offset);
      for (const { name, offset } of slots) shared.slots.set(tensors[name]!.data as Float32Array, offset);
    }
    // Requests are done in order, so the next step finds what is loaded here.
    this.tell("load");
    replica.load();
  }

  async release(): Promise<void> {
    await this.threads.release();
    await this.own.replica.release();
  }

  private ask(request: ReplicaRequest): Promise<unknown>[] {
    return Array.from({ length: this.replicas - 1 }, (_, thread) => this.threads.call(thread, request));
  }

  /** Asks without waiting; a thread that fails has ended, and the next step says so. */
  private tell(request: ReplicaRequest): void {
    for (const answer of this.ask(request)) answer.catch(() => undefined);
  }

  /** Gives each other replica its part of the inputs, and returns the own one. */
  private cut(batch: NamedTensors, microBatch: number): NamedTensors {
    return Object.fromEntries(
      this.plan.feeds.map((feed) => {
        const whole = batch[feed.name];
        if (whole === undefined) throw missingInput(feed.name, Object.keys(batch).length);
        for (let replica = 1; replica < this.replicas; replica++)
          this.own.shared.putFeed(feed, replica, microBatch, partOf(whole, feed, replica));
        return [feed.name, partOf(whole, feed, 0)];
      }),
    );
  }

  /** Means over the replicas, and the norm of the averaged gradients where it is clipped. */
  private metrics(): Record<string, number> {
    const { metricNames, clipNorm } = this.plan;
    const { shared } = this.own;
    const means = metricNames.map((name, metric) => {
      const total = shared.metrics.reduce((sum, ofReplica) => sum + ofReplica[metric]!, 0);
      return [name, total / this.replicas] as const;
    });
    const norm = clipNorm === null ? {} : { gradientNorm: gradientNorm(shared) };
    return { ...Object.fromEntries(means), ...norm };
  }

  /** The micro-batch again, as one replica would run it. */
  private rerunOf(batch: NamedTensors, scalars: Readonly<Record<string, number>>): Rerun {
    const { trainStep, frozen } = this.setup;
    const { accumulation, outputs } = trainStep;
    const sums = (accumulation?.carried ?? [])
      .filter(({ startsAtZero }) => startsAtZero)
      .map(({ name, shape }) => [name, floatTensor(shape, new Float32Array(numElementsOf(shape)))] as const);
    const feeds = { ...frozen, ...this.tensors(), ...scalarTensors(scalars), ...batch };
    return { feeds: { ...Object.fromEntries(sums), ...feeds }, outputs: accumulation?.outputs ?? outputs };
  }

  private collectSlots(): NamedTensors {
    this.assertIdle();
    const { replica, barrier, shared } = this.own;
    this.slots ??= flatValues(
      this.plan.shards.flatMap(({ slots }) => slots),
      { from: 0, to: this.plan.slotsLength },
    );
    if (this.plan.slotsLength > 0) {
      this.tell("publish-slots");
      replica.publishSlots();
      barrier.arriveBlocking();
      this.slots.flat.set(shared.slots);
    }
    return this.slots.tensors;
  }

  private assertIdle(): void {
    if (!this.isRunning) return;
    throw new SemlinkError({
      code: "step-in-progress",
      where: "replicas",
      expected: "no step at work",
      actual: "one that has not ended",
      hint: "wait for Trainer.run before the next call",
    });
  }
}

/** The error that made the others stop: any but theirs. */
function firstCause(results: readonly PromiseSettledResult<unknown>[]): unknown {
  const reasons = results.flatMap((result) =>
    result.status === "rejected" ? [result.reason as unknown] : [],
  );
  return reasons.find((reason) => describeError(reason).code !== STOPPED) ?? reasons[0];
}
