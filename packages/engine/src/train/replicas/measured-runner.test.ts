// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { HostTensor } from "../../files/index.ts";
import type { NamedTensors } from "../../runtime/runtime.ts";
import type { StepRequest, StepResult, StepRunner } from "../step-runner.ts";
import type { MeasuredOptions } from "./measured-runner.ts";
import { MeasuredRunner } from "./measured-runner.ts";

/** A clock that moves when a step is done. */
interface Clock {
  ms: number;
  /** Whose step it was. */
  last?: StepRunner;
}

/** How much more the first step behind one of the other runner takes, the more the faster it is [ms²]. */
const COLD = 30;

/** Counts its steps in its state; a step takes as long as it is told. */
class CountingRunner implements StepRunner {
  readonly replicas: number;
  isReleased = false;
  private readonly stepMs: number;
  private readonly clock: Clock;
  private readonly count: HostTensor;

  constructor(replicas: number, start: NamedTensors, stepMs: number, clock: Clock = { ms: 0 }) {
    this.replicas = replicas;
    this.stepMs = stepMs;
    this.clock = clock;
    this.count = {
      dtype: "float32",
      shape: [],
      data: Float32Array.from(start["count"]!.data as Float32Array),
    };
  }

  async run({ scalars }: StepRequest): Promise<StepResult> {
    this.clock.ms += this.stepMs + (this.clock.last === this ? 0 : COLD / this.stepMs);
    this.clock.last = this;
    this.count.data[0] = Number(this.count.data[0]) + 1;
    return { metrics: { loss: 1, rate: scalars["learningRate"]! }, broken: null };
  }

  tensors(): Readonly<Record<string, HostTensor>> {
    return { count: this.count };
  }

  load(tensors: NamedTensors): void {
    this.count.data[0] = Number(tensors["count"]!.data[0]);
  }

  release(): Promise<void> {
    this.isReleased = true;
    return Promise.resolve();
  }
}

const stateOf = (count: number): NamedTensors => ({
  count: { dtype: "float32", shape: [], data: Float32Array.of(count) },
});
const request: StepRequest = { batch: () => ({}), scalars: { learningRate: 0.5 } };

/** A runner where one replica takes `singleMs` and three take `replicatedMs`. */
function measured(
  singleMs: number,
  replicatedMs: number,
  options: Partial<MeasuredOptions> = {},
): { runner: MeasuredRunner; opened: CountingRunner[]; notices: string[] } {
  const [opened, notices]: [CountingRunner[], string[]] = [[], []];
  const clock = { ms: 0 };
  const runner = new MeasuredRunner(stateOf(7), {
    open: (replicas, start) => {
      opened.push(new CountingRunner(replicas, start, replicas === 1 ? singleMs : replicatedMs, clock));
      return Promise.resolve(opened.at(-1)!);
    },
    most: 3,
    cores: 4,
    onNotice: (line) => notices.push(line),
    now: () => clock.ms,
    ...options,
  });
  return { runner, opened, notices };
}

const countOf = (runner: StepRunner): number => Number(runner.tensors()["count"]!.data[0]);

describe("the number of replicas chosen by measurement", () => {
  it.each([
    [1, 40, 1],
    [40, 1, 3],
  ])("is that of the faster: %i ms for one, %i ms for three", async (singleMs, replicatedMs, faster) => {
    const { runner, opened, notices } = measured(singleMs, replicatedMs);
    expect(runner.replicas).toBeNull();
    const { metrics } = (await runner.run(request)) as { metrics: Record<string, number> };
    expect(runner.replicas).toBe(faster);
    expect(opened.map(({ replicas, isReleased }) => [replicas, isReleased])).toEqual([
      [1, faster !== 1],
      [3, faster !== 3],
    ]);
    expect(metrics["rate"]).toBe(0.5);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toBe(
      `replicas: ${faster}; ${replicatedMs}.0 ms a step for 3 replicas of one thread, ` +
        `${singleMs}.0 ms for one session with 4 threads`,
    );
  });

  it("does not hang on how a step goes right after one of the other", async () => {
    const { runner } = measured(2, 1);
    await runner.run(request);
    expect(runner.replicas).toBe(3);
  });

  it("leaves no trace of the measurement in the state", async () => {
    const { runner } = measured(1, 10);
    expect(countOf(runner)).toBe(7);
    await runner.run(request);
    expect(countOf(runner)).toBe(8);
  });

  it("is that of a state that is loaded, and nothing is measured", async () => {
    const { runner, opened, notices } = measured(1, 40);
    runner.load(stateOf(20), 3);
    expect([runner.replicas, countOf(runner)]).toEqual([3, 20]);
    await runner.run(request);
    expect([opened.length, opened[0]!.replicas, countOf(runner), notices.length]).toEqual([1, 3, 21, 0]);
  });

  it("follows a state of another number, even after the choice", async () => {
    const { runner, opened } = measured(1, 40);
    await runner.run(request);
    runner.load(stateOf(30), null); // does not know: the choice stays
    expect([runner.replicas, countOf(runner), opened.length]).toEqual([1, 30, 2]);
    runner.load(stateOf(40), 3);
    await runner.run(request);
    expect([runner.replicas, countOf(runner), opened[0]!.isReleased]).toEqual([3, 41, true]);
  });

  it("is one without measurement where there can be no more", async () => {
    const { runner, opened } = measured(1, 1, { most: 1 });
    await runner.run(request);
    expect([runner.replicas, opened.length]).toEqual([1, 1]);
  });

  it("is one, with the reason, where more cannot be opened", async () => {
    const single = new CountingRunner(1, stateOf(7), 1);
    const open: MeasuredOptions["open"] = (replicas) =>
      replicas === 1 ? Promise.resolve(single) : Promise.reject(new Error("no memory"));
    const { runner, notices } = measured(1, 1, { open });
    await runner.run(request);
    expect([runner.replicas, countOf(runner)]).toEqual([1, 8]);
    expect(notices).toEqual(["replicas: 1; 3 cannot share a step, no memory"]);
  });
});
