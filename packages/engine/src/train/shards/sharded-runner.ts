// SPDX-License-Identifier: Apache-2.0
import { describeError, SemlinkError } from "../../errors.ts";
import type { HostTensor } from "../../files/index.ts";
import { numElementsOf } from "../../files/index.ts";
import type { DimBinding } from "../../graph/dim.ts";
import { lower } from "../../onnx/lower.ts";
import type { NamedTensors } from "../../runtime/runtime.ts";
import type { ThreadTeam } from "../../runtime/threads.ts";
import { coresFor } from "../../runtime/threads.ts";
import { floatTensor, missingInput } from "../step-graph.ts";
import { scalarTensors } from "../step-runner.ts";
import type { Rerun, RunnerSetup, StepRequest, StepResult, StepRunner } from "../step-runner.ts";
import type { ThreadTask } from "../thread-task.ts";
import { STOPPED } from "./barrier.ts";
import { partBinding, partOf } from "./feed-parts.ts";
import { flatValues } from "./flat-layout.ts";
import type { FlatValues } from "./flat-layout.ts";
import { STATE_NOT_FINITE } from "./part-update.ts";
import type { ShardPlan } from "./shard-plan.ts";
import { planShards } from "./shard-plan.ts";
import { gradientNorm, indices, shareOf } from "./shard-worker.ts";
import type { ShardWorker } from "./shard-worker.ts";
import type { ShardRequest, ShardSetup } from "./shard-work.ts";
import { openShardWorker } from "./shard-work.ts";
import { allocateMemory } from "./shared-memory.ts";
import type { SharedValues } from "./shared-memory.ts";

/** The worker on this thread, with what it shares with the others. */
interface Opened {
  readonly worker: ShardWorker;
  readonly shared: SharedValues;
}

/** What threads are started with. */
interface Crew {
  readonly shardSetup: ShardSetup;
  /** Null where the runtime has no threads. */
  readonly team: ThreadTeam | null;
}

/**
 * A step over the shards of a batch: the first worker is this thread, each other a thread of its own. How many there are
 * may change between steps.
 */
export class ShardedRunner implements StepRunner {
  readonly shards: number;
  private readonly setup: RunnerSetup;
  private readonly binding: DimBinding;
  private readonly plan: ShardPlan;
  private readonly own: Opened;
  private readonly crew: Crew;
  private isRunning = false;
  /** Workers that share a step, and as many as shall share the next one. */
  private numWorkers = 1;
  private wanted: number;
  private growing: Promise<void> = Promise.resolve();
  /** All moments and averages, once somebody has asked for them. */
  private slots: FlatValues | null = null;

  private constructor(setup: RunnerSetup, plan: ShardPlan, own: Opened, crew: Crew) {
    this.shards = plan.numShards;
    this.setup = setup;
    this.binding = partBinding(setup.binding ?? {}, plan.numShards);
    this.plan = plan;
    this.own = own;
    this.crew = crew;
    this.wanted = 1 + (crew.team?.size ?? 0);
  }

  /**
   * @param start - the state before the first step, which is copied
   * @param numShards - at least 2
   * @throws SemlinkError when the batch has no equal parts, see `planShards`; `cores`, `thread-ended`
   */
  static async open(
    setup: RunnerSetup,
    start: NamedTensors,
    { numShards, cores }: { readonly numShards: number; readonly cores: number },
  ): Promise<ShardedRunner> {
    const { trainStep, runtime, binding = {}, checksState, frozen } = setup;
    const { kernels, threads } = runtime;
    const limits = { where: "Trainer.create", most: numShards, threads: threads?.cores ?? 1 };
    const numWorkers = coresFor(cores, limits);
    const { plan, gradient, updates } = planShards(trainStep, { binding, numShards, checksState });
    const options = { kernels, binding: partBinding(binding, numShards), name: "train-step" };
    const shardSetup: ShardSetup = {
      plan,
      index: 0,
      gradientModel: lower(gradient, options).bytes,
      updateModels: updates.map((outputs) =>
        Object.keys(outputs).length === 0 ? null : lower(outputs, options).bytes,
      ),
      frozen,
      memory: allocateMemory(plan, threads !== undefined),
    };
    const team = threads?.team(numShards - 1) ?? null;
    const crew = { shardSetup, team };
    const opening = openShardWorker(shardSetup, runtime, team?.control ?? { isStopped: false });
    const growing = growTo(crew, numWorkers - 1);
    const [own, grown] = await Promise.allSettled([opening, growing]);
    if (own.status === "fulfilled" && grown.status === "fulfilled") {
      const runner = new ShardedRunner(setup, plan, own.value, crew);
      runner.load(start);
      return runner;
    }
    if (own.status === "fulfilled") await own.value.worker.release();
    await team?.release();
    throw firstCause([own, grown]);
  }

  get cores(): number {
    return this.wanted;
  }

  async useCores(cores: number): Promise<void> {
    const threads = this.setup.runtime.threads?.cores ?? 1;
    const count = coresFor(cores, { where: "Trainer.useCores", most: this.shards, threads });
    const grown = this.growing
      .catch(() => undefined) // of whoever asked for it
      .then(() => growTo(this.crew, count - 1))
      .then(() => {
        this.wanted = count;
      });
    this.growing = grown;
    return grown;
  }

  async run({ batch, scalars }: StepRequest): Promise<StepResult> {
    this.assertIdle();
    this.changeWorkers();
    const { numMicroBatches, scalarNames } = this.plan;
    const { worker, shared } = this.own;
    const batches = Array.from({ length: numMicroBatches }, (_, microBatch) => batch(microBatch));
    for (const [microBatch, whole] of batches.entries()) this.handOut(whole, microBatch);
    shared.scalars.set(scalarNames.map((name) => scalars[name]!));
    this.isRunning = true;
    const others = this.ask({ kind: "step" });
    const own = worker.step((shard, microBatch) => this.shardOf(batches[microBatch]!, shard));
    const results = await Promise.allSettled([own, ...others]);
    this.isRunning = false;
    const reruns = (): Rerun[] => batches.flatMap((whole) => this.rerunsOf(whole, scalars));
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
    const values = this.own.worker.tensors;
    return Object.fromEntries(
      this.setup.trainStep.state.map(({ name }) => [name, (values[name] ?? slots[name])!] as const),
    );
  }

  load(tensors: NamedTensors): void {
    this.assertIdle();
    const { worker, shared } = this.own;
    this.numWorkers = this.wanted;
    for (const { values, slots } of this.plan.parts) {
      for (const { name, offset } of values) shared.values.set(tensors[name]!.data as Float32Array, offset);
      for (const { name, offset } of slots) shared.slots.set(tensors[name]!.data as Float32Array, offset);
    }
    // Requests are done in order, so the next step finds what is loaded here.
    this.tell({ kind: "load", numWorkers: this.numWorkers });
    worker.load(this.numWorkers);
  }

  async release(): Promise<void> {
    await this.growing.catch(() => undefined); // of whoever asked for it
    await this.crew.team?.release();
    await this.own.worker.release();
  }

  /** Deals shards and state out anew when another number of cores is wanted. */
  private changeWorkers(): void {
    if (this.wanted !== this.numWorkers) this.load(this.tensors());
  }

  private ask(request: ShardRequest): Promise<unknown>[] {
    const { team } = this.crew;
    return Array.from({ length: this.numWorkers - 1 }, (_, thread) => team!.call(thread, request));
  }

  /** Asks without waiting; a thread that fails has ended, and the next step says so. */
  private tell(request: ShardRequest): void {
    for (const answer of this.ask(request)) answer.catch(() => undefined);
  }

  /** Gives the other workers their shards. */
  private handOut(batch: NamedTensors, microBatch: number): void {
    const { shared } = this.own;
    for (const feed of this.plan.feeds) {
      const whole = batch[feed.name];
      if (whole === undefined) throw missingInput(feed.name, Object.keys(batch).length);
      const first = shareOf(0, this.numWorkers, this.shards).to;
      for (const shard of indices({ from: 0, to: this.shards })) {
        const part = partOf(whole, feed, shard);
        if (shard >= first) shared.putFeed(feed, shard, microBatch, part);
      }
    }
  }

  private shardOf(batch: NamedTensors, shard: number): NamedTensors {
    return Object.fromEntries(
      this.plan.feeds.map((feed) => [feed.name, partOf(batch[feed.name]!, feed, shard)] as const),
    );
  }

  /** Means over the shards, in their order, and the norm of the averaged gradients where it is clipped. */
  private metrics(): Record<string, number> {
    const { metricNames, clipNorm } = this.plan;
    const { shared } = this.own;
    const means = metricNames.map((name, metric) => {
      const total = shared.metrics.reduce((sum, ofShard) => sum + ofShard[metric]!, 0);
      return [name, total / this.shards] as const;
    });
    const norm = clipNorm === null ? {} : { gradientNorm: gradientNorm(shared) };
    return { ...Object.fromEntries(means), ...norm };
  }

  /** Every shard of a micro-batch again, each as a step of its own. */
  private rerunsOf(batch: NamedTensors, scalars: Readonly<Record<string, number>>): Rerun[] {
    const { trainStep, frozen } = this.setup;
    const { accumulation, outputs } = trainStep;
    const sums = (accumulation?.carried ?? [])
      .filter(({ startsAtZero }) => startsAtZero)
      .map(({ name, shape }) => [name, floatTensor(shape, new Float32Array(numElementsOf(shape)))] as const);
    const fixed = { ...Object.fromEntries(sums), ...frozen, ...this.tensors(), ...scalarTensors(scalars) };
    return indices({ from: 0, to: this.shards }).map((shard) => ({
      feeds: { ...fixed, ...this.shardOf(batch, shard) },
      outputs: accumulation?.outputs ?? outputs,
      binding: this.binding,
    }));
  }

  private collectSlots(): NamedTensors {
    this.assertIdle();
    const { worker, shared } = this.own;
    this.slots ??= flatValues(
      this.plan.parts.flatMap(({ slots }) => slots),
      { from: 0, to: this.plan.slotsLength },
    );
    if (this.plan.slotsLength > 0) {
      this.tell({ kind: "publish-slots" });
      worker.publishSlots();
      this.slots.flat.set(shared.slots);
    }
    return this.slots.tensors;
  }

  private assertIdle(): void {
    if (!this.isRunning) return;
    throw new SemlinkError({
      code: "step-in-progress",
      where: "Trainer",
      expected: "no step at work",
      actual: "one that has not ended",
      hint: "wait for Trainer.run before the next call",
    });
  }
}

/** Starts threads until there are as many as wanted; those that are there go on as they are. */
async function growTo({ shardSetup, team }: Crew, numThreads: number): Promise<void> {
  const size = team?.size ?? 0;
  if (numThreads <= size) return;
  const tasks = indices({ from: size, to: numThreads }).map((thread): ThreadTask => ({
    kind: "shards",
    setup: { ...shardSetup, index: thread + 1 },
  }));
  await team!.grow(tasks);
}

/** The error that made the others stop: any but theirs. */
function firstCause(results: readonly PromiseSettledResult<unknown>[]): unknown {
  const reasons = results.flatMap((result) =>
    result.status === "rejected" ? [result.reason as unknown] : [],
  );
  return reasons.find((reason) => describeError(reason).code !== STOPPED) ?? reasons[0];
}
