// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { appendFile, readFile, rm } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import { writeFileAtomic } from "../files/atomic-write.ts";
import { readSafetensors, writeSafetensors } from "../files/safetensors-file.ts";
import type { Schedule } from "../optim/index.ts";
import type { StepData, Trainer } from "./trainer.ts";

/** Where a run keeps what it needs to go on after being stopped. */
export interface CheckpointOptions {
  readonly path: string;
  /** Seconds between checkpoints. */
  readonly everySeconds?: number;
  /** JSON lines of the metrics: `{ step, ...metrics }`, kept in step with the checkpoint. */
  readonly metricsPath?: string;
}

/** What {@link fit} trains, for how long, and whom it tells. */
export interface FitOptions {
  readonly trainer: Trainer;
  readonly totalSteps: number;
  readonly schedule: Schedule;
  /** Data of a step, or of its micro-batches; a function of the step alone, so that a resumed run sees the same data. */
  readonly batch: (step: number) => StepData;
  readonly checkpoint?: CheckpointOptions;
  readonly logEvery?: number;
  /** Called after each logged step with the mean of each metric since the last one. */
  readonly onLog?: (step: number, metrics: Readonly<Record<string, number>>) => void;
  readonly signal?: AbortSignal;
}

/** One logged line: the step and the mean of each metric since the line before. */
export type MetricsLine = { readonly step: number } & Readonly<Record<string, number>>;

/** Running sums of the metrics since the last logged line. */
interface Window {
  sums: Record<string, number>;
  count: number;
}

/**
 * Trains to `totalSteps`, from the checkpoint if there is one. A run that was stopped at any moment and started again
 * ends with the same bits as one that was not: data and noise are functions of the step, and the checkpoint holds
 * everything else. When the signal fires, the state is saved before the abort reason is thrown.
 */
export async function fit(options: FitOptions): Promise<void> {
  const { trainer, totalSteps, schedule, batch, checkpoint, signal, logEvery = 50 } = options;
  let window = (checkpoint && (await resume(trainer, checkpoint))) ?? { sums: {}, count: 0 };
  let savedStep = trainer.step;
  let savedAt = performance.now();
  let lines: string[] = [];
  const save = async (): Promise<void> => {
    if (!checkpoint || savedStep === trainer.step) return;
    await writeCheckpoint(trainer, checkpoint, lines, window);
    lines = [];
    savedStep = trainer.step;
    savedAt = performance.now();
  };
  while (trainer.step < totalSteps) {
    if (signal?.aborted) {
      await save();
      signal.throwIfAborted();
    }
    const metrics = await trainer.run(batch(trainer.step), schedule(trainer.step));
    window.count++;
    for (const [name, value] of Object.entries(metrics)) window.sums[name] = (window.sums[name] ?? 0) + value;
    if (trainer.step % logEvery === 0 || trainer.step === totalSteps) {
      const { sums, count } = window;
      const means = Object.fromEntries(Object.entries(sums).map(([name, total]) => [name, total / count]));
      lines.push(JSON.stringify({ step: trainer.step, ...means }));
      options.onLog?.(trainer.step, means);
      window = { sums: {}, count: 0 };
    }
    if (checkpoint && performance.now() - savedAt > (checkpoint.everySeconds ?? 20) * 1000) await save();
    // Kernels block the event loop; this lets signals and messages in between steps.
    await setImmediate();
  }
  await save();
}

/** The logged lines of a metrics file. A last line cut off by a crash is left out. */
export async function readMetrics(path: string): Promise<MetricsLine[]> {
  const text = await readFile(path, "utf8");
  const complete = text.slice(0, text.lastIndexOf("\n") + 1);
  return complete
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as MetricsLine);
}

// Metrics first: after a crash between the two writes, lines beyond the checkpoint are dropped on resuming.
async function writeCheckpoint(
  trainer: Trainer,
  { path, metricsPath }: CheckpointOptions,
  lines: readonly string[],
  window: Window,
): Promise<void> {
  if (metricsPath !== undefined) await appendFile(metricsPath, lines.map((line) => `${line}\n`).join(""));
  const { step, tensors, replicas } = trainer.state();
  await writeSafetensors(path, {
    tensors: new Map(tensors),
    metadata: {
      step: String(step),
      window: JSON.stringify(window),
      ...(replicas === null ? {} : { replicas: String(replicas) }),
    },
  });
}

async function resume(
  trainer: Trainer,
  { path, metricsPath }: CheckpointOptions,
): Promise<Window | undefined> {
  if (!existsSync(path)) {
    if (metricsPath !== undefined) await rm(metricsPath, { force: true });
    return undefined;
  }
  const { tensors, metadata } = await readSafetensors(path);
  const step = Number(metadata["step"]);
  const replicas = metadata["replicas"] === undefined ? null : Number(metadata["replicas"]);
  trainer.restore({ step, tensors, replicas });
  if (metricsPath !== undefined && existsSync(metricsPath)) {
    const kept = (await readMetrics(metricsPath)).filter((line) => line.step <= step);
    await writeFileAtomic(metricsPath, kept.map((line) => `${JSON.stringify(line)}\n`).join(""));
  }
  return JSON.parse(metadata["window"] ?? "null") as Window;
}
