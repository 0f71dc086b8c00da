// SPDX-License-Identifier: Apache-2.0

/** Where a stage stands. Times are in milliseconds of one clock. */
export interface StageClock {
  readonly startedAt: number;
  /** Units that were done when the stage was first seen: a resumed stage does not start at zero. */
  readonly startDone: number;
}

/**
 * Time left [s], if the rest goes at the mean pace so far: `elapsed (total - done) / (done - startDone)`.
 *
 * @returns undefined before the first unit is done
 */
export function secondsLeft(
  { startedAt, startDone }: StageClock,
  done: number,
  total: number,
  now: number,
): number | undefined {
  if (done <= startDone) return undefined;
  return (((now - startedAt) / 1000) * Math.max(0, total - done)) / (done - startDone);
}

/** A duration as people say it: `8 s`, `3 min 20 s`, `1 h 05 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${pad(whole % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}

/** Named figures with four significant digits: `loss 0.5312, accuracy 0.9140`. */
export function formatMetrics(metrics: Readonly<Record<string, number>> = {}): string {
  return Object.entries(metrics)
    .map(([name, value]) => `${name} ${Number.isInteger(value) ? value : value.toPrecision(4)}`)
    .join(", ");
}

/** A size in the largest binary unit that leaves it at least one: `1.5 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]!}`;
}
