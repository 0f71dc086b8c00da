// SPDX-License-Identifier: Apache-2.0
import type { TensorFile } from "../files/index.ts";
import type { Schedule } from "../optim/index.ts";
import type { CheckpointStore, MetricsLine } from "./checkpoint-store.ts";
import { checkpointOf, readCheckpoint } from "./checkpoint-store.ts";
import type { MetricSums } from "./checkpoint-store.ts";
import type { StepData, Trainer } from "./trainer.ts";

/** What {@link fit} trains, for how long, and whom it tells. */
export interface FitOptions {
  readonly trainer: Trainer;
  readonly totalSteps: number;
  readonly schedule: Schedule;
  /** Data of a step, or of its micro-batches; a function of the step alone, so that a resumed run sees the same data. */
  readonly batch: (step: number) => StepData;
  /** Where the run keeps what it needs to go on after being stopped; nowhere if left out. */
  readonly checkpoints?: CheckpointStore;
  /** Seconds between checkpoints, 20 if left out. */
  readonly saveEverySeconds?: number;
  /** Asked before every step; the trainer goes on with so many cores, see {@link Trainer.useCores}. */
  readonly cores?: () => number;
  readonly logEvery?: number;
  /** Called after each logged step with the mean of each metric since the last one. */
  readonly onLog?: (step: number, metrics: Readonly<Record<string, number>>) => void;
  readonly signal?: AbortSignal;
}

/**
 * Trains to `totalSteps`, from the checkpoint if there is one. A run that was stopped at any moment and started again
 * ends with the same bits as one that was not: data and noise are functions of the step, and the checkpoint holds
 * everything else. When the signal fires, the state is saved before the abort reason is thrown.
 *
 * @throws SemlinkError `corrupt-checkpoint` when the checkpoint lacks its step or says more than `totalSteps`;
 * `state-mismatch` when it belongs to another network, optimizer or number of shards; what the trainer throws
 */
export async function fit(options: FitOptions): Promise<void> {
  const { trainer, totalSteps, schedule, batch, checkpoints, signal } = options;
  const { logEvery = 50, saveEverySeconds = 20, cores } = options;
  let sums = (checkpoints && (await resume(options, checkpoints))) ?? NO_METRICS;
  let savedStep = trainer.step;
  let savedAt = performance.now();
  let lines: MetricsLine[] = [];
  let askedCores: number | null = null;
  const save = async (): Promise<void> => {
    if (!checkpoints || savedStep === trainer.step) return;
    // Metrics first: after a crash between the two, lines beyond the checkpoint are dropped on resuming.
    await checkpoints.append(lines, savedStep);
    await checkpoints.save(checkpointOf(trainer.state(), sums));
    lines = [];
    savedStep = trainer.step;
    savedAt = performance.now();
  };
  while (trainer.step < totalSteps) {
    if (signal?.aborted) {
      await save();
      signal.throwIfAborted();
    }
    const wanted = cores?.() ?? null;
    if (wanted !== null && wanted !== askedCores) await trainer.useCores(wanted);
    askedCores = wanted;
    sums = added(sums, await trainer.run(batch(trainer.step), schedule(trainer.step)));
    if (trainer.step % logEvery === 0 || trainer.step === totalSteps) {
      const means = meansOf(sums);
      lines.push({ step: trainer.step, ...means });
      options.onLog?.(trainer.step, means);
      sums = NO_METRICS;
    }
    if (performance.now() - savedAt > saveEverySeconds * 1000) await save();
    // Kernels block the event loop; this lets signals and messages in between steps.
    await nextTurn();
  }
  await save();
}

const NO_METRICS: MetricSums = { sums: {}, count: 0 };

function added({ sums, count }: MetricSums, metrics: Readonly<Record<string, number>>): MetricSums {
  const entries = Object.entries(metrics).map(([name, value]) => [name, (sums[name] ?? 0) + value] as const);
  return { sums: { ...sums, ...Object.fromEntries(entries) }, count: count + 1 };
}

function meansOf({ sums, count }: MetricSums): Record<string, number> {
  return Object.fromEntries(Object.entries(sums).map(([name, total]) => [name, total / count]));
}

/** Restores the trainer, and gives the sums of the metrics since the last logged line. */
async function resume(
  { trainer, totalSteps }: FitOptions,
  checkpoints: CheckpointStore,
): Promise<MetricSums | null> {
  const file: TensorFile | null = await checkpoints.load();
  const { state, sums } = file
    ? readCheckpoint(checkpoints.name, file, totalSteps)
    : { state: null, sums: null };
  if (state) trainer.restore(state);
  await checkpoints.append([], trainer.step);
  return sums;
}

/** Resolves when the event loop has had a turn: at once in Node, by a timer in a browser. */
function nextTurn(): Promise<void> {
  const { setImmediate } = globalThis as { readonly setImmediate?: (resolve: () => void) => unknown };
  return new Promise((resolve) => {
    if (setImmediate) setImmediate(resolve);
    else setTimeout(resolve);
  });
}
