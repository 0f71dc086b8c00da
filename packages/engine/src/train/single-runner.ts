// SPDX-License-Identifier: Apache-2.0
import type { HostTensor } from "../files/index.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { NamedTensors } from "../runtime/runtime.ts";
import { coresFor } from "../runtime/threads.ts";
import { isFinite } from "./anomaly.ts";
import { MicroSteps } from "./micro-steps.ts";
import { floatTensor, StepGraph } from "./step-graph.ts";
import { scalarOf, scalarTensors } from "./step-runner.ts";
import type { BrokenStep, Rerun, RunnerSetup, StepRequest, StepResult, StepRunner } from "./step-runner.ts";

/**
 * A step as one graph on this thread. State lies in two sets of buffers that take turns as input and output, so no
 * weight is overwritten before the step has read it, and nothing is copied.
 */
export class SingleRunner implements StepRunner {
  readonly shards = 1;
  readonly cores = 1;
  private readonly setup: RunnerSetup;
  private readonly graph: StepGraph;
  private readonly microSteps: MicroSteps | null;
  private current: Record<string, HostTensor>;
  private spare: Record<string, HostTensor>;

  private constructor(
    setup: RunnerSetup,
    start: NamedTensors,
    graph: StepGraph,
    microSteps: MicroSteps | null,
  ) {
    this.setup = setup;
    this.graph = graph;
    this.microSteps = microSteps;
    this.current = {};
    this.spare = {};
    for (const { name, shape } of setup.trainStep.state) {
      const values = start[name]!.data as Float32Array;
      this.current[name] = floatTensor(shape, values.slice());
      this.spare[name] = floatTensor(shape, new Float32Array(values.length));
    }
  }

  /** @param start - the state before the first step, which is copied */
  static async open(setup: RunnerSetup, start: NamedTensors): Promise<SingleRunner> {
    const { outputs, accumulation } = setup.trainStep;
    const graph = await StepGraph.create(outputs, setup);
    const microSteps = accumulation && (await MicroSteps.create(accumulation, setup));
    return new SingleRunner(setup, start, graph, microSteps);
  }

  async run({ batch, scalars }: StepRequest): Promise<StepResult> {
    const { trainStep, frozen } = this.setup;
    const { accumulation, metricNames, outputs, state } = trainStep;
    const fixed = { ...frozen, ...this.current, ...scalarTensors(scalars) };
    const numMicroBatches = accumulation?.numMicroBatches ?? 1;
    const totals = new Map<string, number>();
    const addMetrics = (names: readonly string[], values: NamedTensors): void => {
      for (const name of names) totals.set(name, (totals.get(name) ?? 0) + scalarOf(values[name]!));
    };

    this.microSteps?.begin(this.current);
    for (let index = 0; index < numMicroBatches - 1; index++) {
      const { graph, carried, target } = this.microSteps!;
      const feeds = { ...fixed, ...carried, ...batch(index) };
      const values = await graph.run(feeds, target);
      const broken = this.brokenStep(values, target, feeds, accumulation!.outputs);
      if (broken) return { broken };
      addMetrics(accumulation!.metricNames, values);
      this.microSteps!.advance();
    }
    const feeds = { ...fixed, ...this.microSteps?.carried, ...batch(numMicroBatches - 1) };
    const into = Object.fromEntries(state.map(({ name }) => [`next:${name}`, this.spare[name]!]));
    const values = await this.graph.run(feeds, into);
    const broken = this.brokenStep(values, into, feeds, outputs);
    if (broken) return { broken };
    addMetrics(metricNames, values);

    [this.current, this.spare] = [this.spare, this.current];
    const averaged = new Set(accumulation?.metricNames);
    const metrics = [...totals].map(
      ([name, total]) => [name, averaged.has(name) ? total / numMicroBatches : total] as const,
    );
    return { metrics: Object.fromEntries(metrics), broken: null };
  }

  /** A step of one shard has one thread, whatever is offered. */
  async useCores(cores: number): Promise<void> {
    coresFor(cores, { where: "Trainer.useCores", most: 1, threads: 1 });
    return Promise.resolve();
  }

  tensors(): Readonly<Record<string, HostTensor>> {
    return this.current;
  }

  load(tensors: NamedTensors): void {
    for (const [name, { data }] of Object.entries(this.current))
      (data as Float32Array).set(tensors[name]!.data as Float32Array);
  }

  async release(): Promise<void> {
    await this.microSteps?.graph.release();
    await this.graph.release();
  }

  /** What is not finite after a run: the loss, or of what was written `into` the first, where that is looked at. */
  private brokenStep(
    values: NamedTensors,
    into: NamedTensors,
    feeds: NamedTensors,
    outputs: Readonly<Record<string, Tensor>>,
  ): BrokenStep | null {
    const { binding = {} } = this.setup;
    const reruns = (): Rerun[] => [{ feeds, outputs, binding }];
    const loss = scalarOf(values["loss"]!);
    if (!Number.isFinite(loss)) return { what: "loss", actual: `${loss}`, reruns };
    if (!this.setup.checksState) return null;
    const name = Object.keys(into).find((output) => !isFinite(values[output]!));
    return name === undefined ? null : { what: "state", actual: `others in "${name}"`, reruns };
  }
}
