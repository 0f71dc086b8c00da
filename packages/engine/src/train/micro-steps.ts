// SPDX-License-Identifier: Apache-2.0
import type { HostTensor } from "../files/index.ts";
import type { NamedTensors } from "../runtime/runtime.ts";
import type { Accumulation } from "./accumulation.ts";
import { floatTensor, StepGraph } from "./step-graph.ts";
import type { StepGraphOptions } from "./step-graph.ts";

/**
 * The graph of all micro-batches but the last, and what one hands to the next, in two sets of buffers that take turns.
 * Neither set is the trainer's state, which stays as it is until the whole step is done.
 */
export class MicroSteps {
  readonly graph: StepGraph;
  private readonly accumulation: Accumulation;
  private current: Readonly<Record<string, HostTensor>>;
  private spare: Readonly<Record<string, HostTensor>>;

  private constructor(accumulation: Accumulation, graph: StepGraph) {
    this.accumulation = accumulation;
    this.graph = graph;
    this.current = zeros(accumulation);
    this.spare = zeros(accumulation);
  }

  static async create(accumulation: Accumulation, options: StepGraphOptions): Promise<MicroSteps> {
    return new MicroSteps(accumulation, await StepGraph.create(accumulation.outputs, options));
  }

  /** Gradient sums and buffers after the micro-batches so far, by input name. */
  get carried(): NamedTensors {
    return this.current;
  }

  /** Where the next micro-batch writes, by output name. */
  get target(): NamedTensors {
    return Object.fromEntries(Object.entries(this.spare).map(([name, tensor]) => [`next:${name}`, tensor]));
  }

  /** Starts a step: sums at zero, buffers as in the state. */
  begin(state: NamedTensors): void {
    for (const { name, startsAtZero } of this.accumulation.carried) {
      const data = this.current[name]!.data as Float32Array;
      if (startsAtZero) data.fill(0);
      else data.set(state[name]!.data as Float32Array);
    }
  }

  /** Makes what was written the input of the next micro-batch. */
  advance(): void {
    [this.current, this.spare] = [this.spare, this.current];
  }
}

function zeros({ carried }: Accumulation): Record<string, HostTensor> {
  return Object.fromEntries(
    carried.map(({ name, shape }) => {
      const size = shape.reduce((product, dim) => product * dim, 1);
      return [name, floatTensor(shape, new Float32Array(size))];
    }),
  );
}
