// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "../graph/tensor.ts";
import type { LoweredModel } from "../onnx/lower.ts";
import { lower } from "../onnx/lower.ts";
import type { NamedTensors, Runtime } from "../runtime/runtime.ts";
import { FeedDemands } from "./feed-demands.ts";
import type { SessionPool, SessionPoolOptions } from "./session-pool.ts";
import { openSessionPool } from "./session-pool.ts";

export interface EvaluatorOptions extends SessionPoolOptions {
  readonly runtime: Runtime;
  /** Values of every parameter and buffer that the outputs use. */
  readonly weights: ReadonlyMap<string, Float32Array>;
}

/** Batches that each thread has in hand: one at work, one waiting. */
const BATCHES_AHEAD = 2;

/** Runs a graph with fixed weights on batches of any size. */
export class Evaluator {
  private readonly session: SessionPool;
  readonly model: LoweredModel;
  private readonly demands: FeedDemands;

  private constructor(model: LoweredModel, session: SessionPool, demands: FeedDemands) {
    this.model = model;
    this.session = session;
    this.demands = demands;
  }

  /** Weights are written into the model, so that the runtime prepares them once. */
  static async create(
    outputs: Readonly<Record<string, Tensor>>,
    options: EvaluatorOptions,
  ): Promise<Evaluator> {
    const { runtime, weights } = options;
    const model = lower(outputs, { kernels: runtime.kernels, weights, name: "evaluate" });
    return new Evaluator(
      model,
      await openSessionPool(runtime, model.bytes, options),
      new FeedDemands(outputs),
    );
  }

  /** Sessions that share the batches. */
  get cores(): number {
    return this.session.cores;
  }

  /** Deals batches to so many threads from now on, and changes no bit by that; see {@link SessionPool.useCores}. */
  useCores(cores: number): Promise<void> {
    return this.session.useCores(cores);
  }

  /**
   * One batch. With `cores`, several can be asked for at once.
   *
   * @throws SemlinkError `label-range`, `single-value` for a batch that an operator refuses
   */
  async run(feeds: NamedTensors): Promise<NamedTensors> {
    this.demands.check(feeds);
    return this.session.run(feeds);
  }

  /**
   * Batches dealt out to the cores, a few ahead of the results; these come in the order of the batches. Feeds are read
   * before the next batch is asked for, so that its arrays may be used again.
   */
  async *runAll(batches: Iterable<NamedTensors> | AsyncIterable<NamedTensors>): AsyncGenerator<NamedTensors> {
    const running: Promise<NamedTensors>[] = [];
    for await (const feeds of batches) {
      const result = this.run(feeds);
      result.catch(() => undefined); // thrown where it is waited for, which may be later
      running.push(result);
      while (running.length >= this.numAhead) yield await running.shift()!;
    }
    for (const result of running) yield await result;
  }

  /** Frees the sessions. */
  release(): Promise<void> {
    return this.session.release();
  }

  private get numAhead(): number {
    return this.cores === 1 ? 1 : this.cores * BATCHES_AHEAD;
  }
}
