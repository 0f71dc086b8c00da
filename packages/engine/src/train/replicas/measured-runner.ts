// SPDX-License-Identifier: Apache-2.0
import { describeError } from "../../errors.ts";
import type { HostTensor } from "../../files/index.ts";
import type { NamedTensors } from "../../runtime/runtime.ts";
import type { StepRequest, StepResult, StepRunner } from "../step-runner.ts";

/** What a {@link MeasuredRunner} chooses from. */
export interface MeasuredOptions {
  readonly open: (replicas: number, start: NamedTensors) => Promise<StepRunner>;
  /** The number of replicas that stands against one. */
  readonly most: number;
  /** Threads that one replica has. */
  readonly cores: number;
  readonly onNotice?: ((line: string) => void) | undefined;
  /** The clock [ms]; that of the process if left out. */
  readonly now?: () => number;
}

/** Turns of each contender, and in each of them steps that count, behind one that finds the caches full of the other. */
const NUM_TURNS = 2;
const NUM_MEASURED = 3;
/** Idle threads spin for a while after a run; the other contender starts when they are quiet [ms]. */
const PAUSE_MS = 20;

/**
 * Chooses with the first step whether one session with all cores or a replica on each is faster, then works with that. The
 * state is none of the measurement's business: the first step starts from where it was. A state that is loaded with
 * the number of replicas that made it settles the choice.
 */
export class MeasuredRunner implements StepRunner {
  private readonly options: MeasuredOptions;
  /** The state while there is no runner. */
  private waiting: NamedTensors;
  private decided: number | null;
  private runner: StepRunner | null = null;
  private retired: StepRunner | null = null;

  constructor(start: NamedTensors, options: MeasuredOptions) {
    this.options = options;
    this.waiting = start;
    this.decided = options.most === 1 ? 1 : null;
  }

  get replicas(): number | null {
    return this.decided;
  }

  async run(request: StepRequest): Promise<StepResult> {
    this.runner ??= await this.choose(request);
    return this.runner.run(request);
  }

  tensors(): Readonly<Record<string, HostTensor>> {
    return this.runner?.tensors() ?? this.waiting;
  }

  load(tensors: NamedTensors, replicas: number | null): void {
    const wanted = replicas ?? this.decided;
    if (this.runner && wanted === this.decided) {
      this.runner.load(tensors, wanted);
      return;
    }
    this.waiting = copies(tensors);
    this.retired ??= this.runner;
    this.runner = null;
    this.decided = wanted;
  }

  async release(): Promise<void> {
    await this.retired?.release();
    await this.runner?.release();
  }

  private async choose(request: StepRequest): Promise<StepRunner> {
    await this.retired?.release();
    this.retired = null;
    const { open, most } = this.options;
    const start = this.waiting;
    const runner =
      this.decided === null ? await this.faster(request, start, most) : await open(this.decided, start);
    this.waiting = {};
    this.decided = runner.replicas;
    return runner;
  }

  private async faster(request: StepRequest, start: NamedTensors, most: number): Promise<StepRunner> {
    const { open, cores, onNotice } = this.options;
    const single = await open(1, start);
    let replicated: StepRunner;
    try {
      replicated = await open(most, start);
    } catch (error) {
      onNotice?.(`replicas: 1; ${most} cannot share a step, ${describeError(error).message}`);
      return single;
    }
    const contenders = [single, replicated];
    const now = this.options.now ?? (() => performance.now());
    const [singleMs, replicatedMs] = await medianStepMs(contenders, asRepeatable(request), now).catch(
      async (error: unknown) => {
        await Promise.all(contenders.map((runner) => runner.release()));
        throw error;
      },
    );
    const isSingle = singleMs! <= replicatedMs!;
    const [chosen, other] = isSingle ? [single, replicated] : [replicated, single];
    await other.release();
    chosen.load(start, chosen.replicas);
    const times = `${replicatedMs!.toFixed(1)} ms a step for ${most} replicas of one thread, ${singleMs!.toFixed(1)} ms`;
    onNotice?.(`replicas: ${isSingle ? 1 : most}; ${times} for one session with ${cores} threads`);
    return chosen;
  }
}

/** The request with a learning rate of zero, so that repetition leads nowhere. */
function asRepeatable({ batch, scalars }: StepRequest): StepRequest {
  return { batch, scalars: { ...scalars, learningRate: 0 } };
}

/** Median time of a step of each runner [ms]; the runners take turns. */
async function medianStepMs(
  runners: readonly StepRunner[],
  request: StepRequest,
  now: () => number,
): Promise<number[]> {
  const times = runners.map((): number[] => []);
  for (let turn = 0; turn < NUM_TURNS; turn++) {
    for (const [index, runner] of runners.entries()) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      for (let step = 0; step <= NUM_MEASURED; step++) {
        const start = now();
        await runner.run(request);
        if (step > 0) times[index]!.push(now() - start);
      }
    }
  }
  return times.map((values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!);
}

function copies(tensors: NamedTensors): NamedTensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [
      name,
      { ...tensor, data: (tensor.data as Float32Array).slice() },
    ]),
  );
}
