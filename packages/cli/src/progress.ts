// SPDX-License-Identifier: Apache-2.0
import type { ProgressEvent, Reporter } from "@semlink/system";
import type { MultiBar, SingleBar } from "cli-progress";
import { formatDuration, formatMetrics, secondsLeft, type StageClock } from "./progress-text.ts";

/** A stream that may be a terminal. */
export type TerminalStream = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** Progress on a stream; `stop` ends the drawing and must be called before anything else is printed. */
export interface Progress {
  readonly report: Reporter;
  readonly stop: () => void;
}

/** Least time between two lines of one stage. */
const LINE_INTERVAL_MS = 10_000;
const BAR_FORMAT = "{name} [{bar}] {percentage} % {value}/{total} {figures}";

/**
 * Draws progress with the time left: on a terminal a bar for each stage that runs, and a line when one ends;
 * elsewhere a line when a stage begins, at most every ten seconds, and when it ends. Stages may run side by side.
 *
 * @param now - clock [ms]
 */
export async function createProgress(stream: TerminalStream, now: () => number): Promise<Progress> {
  if (stream.isTTY !== true) return { report: lineReporter(stream, now), stop: () => undefined };
  return barProgress(stream, now, (await import("cli-progress")).MultiBar);
}

interface Stage extends StageClock {
  readonly name: string;
  lastDone: number;
  lastPrintedAt: number;
}

/** The stage of an event: the one that runs, or a new one when the name changes or the count goes back. */
function stageOf(event: ProgressEvent, current: Stage | undefined, now: number): Stage {
  const { stage: name, done } = event;
  if (current?.name === name && done >= current.lastDone) return current;
  return { name, startedAt: now, startDone: done, lastDone: done, lastPrintedAt: -Infinity };
}

/** Whether this event is the first one at the end of its stage. */
function endsNow({ done, total }: ProgressEvent, stage: Stage, current: Stage | undefined): boolean {
  return done >= total && (stage !== current || stage.lastDone < total);
}

function lineReporter(stream: TerminalStream, now: () => number): Reporter {
  const stages = new Map<string, Stage>();
  return (event) => {
    const time = now();
    const { done, total, message } = event;
    if (message !== undefined) stream.write(`${event.stage}: ${message}\n`);
    const known = stages.get(event.stage);
    const stage = stageOf(event, known, time);
    const isDue = time - stage.lastPrintedAt >= LINE_INTERVAL_MS;
    if (done < total ? isDue : endsNow(event, stage, known)) {
      stream.write(`${progressLine(event, stage, time)}\n`);
      stage.lastPrintedAt = time;
    }
    stage.lastDone = done;
    stages.set(event.stage, stage);
  };
}

function progressLine(event: ProgressEvent, stage: Stage, time: number): string {
  const { done, total } = event;
  const percent = total > 0 ? ` (${Math.floor((100 * done) / total)} %)` : "";
  const parts = [`${done}/${total}${percent}`, formatMetrics(event.metrics), timing(event, stage, time)];
  return `${event.stage}: ${parts.filter((part) => part !== "").join(", ")}`;
}

function timing({ done, total }: ProgressEvent, stage: Stage, time: number): string {
  if (done >= total) return `done in ${formatDuration((time - stage.startedAt) / 1000)}`;
  const left = secondsLeft(stage, done, total, time);
  return left === undefined ? "" : `ETA ${formatDuration(left)}`;
}

function barProgress(stream: TerminalStream, now: () => number, Bars: typeof MultiBar): Progress {
  const stages = new Map<string, Stage>();
  const bars = new Map<string, SingleBar>();
  let drawn: MultiBar | undefined;
  const stop = (): void => {
    drawn?.stop();
    drawn = undefined;
    bars.clear();
  };
  const print = (line: string): void => {
    if (drawn) drawn.log(`${line}\n`);
    else stream.write(`${line}\n`);
  };
  const removeBar = (name: string): void => {
    const bar = bars.get(name);
    if (bar) drawn?.remove(bar);
    bars.delete(name);
    if (bars.size === 0) stop(); // nothing is running: the lines below stay where they are printed
  };
  const report: Reporter = (event) => {
    const time = now();
    const { stage: name, done, total, message } = event;
    const known = stages.get(name);
    const stage = stageOf(event, known, time);
    if (message !== undefined) print(`${name}: ${message}`);
    if (done < total) {
      drawn ??= new Bars({ stream, format: BAR_FORMAT, linewrap: true, clearOnComplete: true });
      const bar = bars.get(name) ?? drawn.create(total, done);
      bars.set(name, bar);
      const figures = [timing(event, stage, time), formatMetrics(event.metrics)];
      bar.setTotal(total);
      bar.update(done, { name, figures: figures.filter((part) => part !== "").join(", ") });
      drawn.update();
    } else if (endsNow(event, stage, known)) {
      removeBar(name);
      print(progressLine(event, stage, time));
    }
    stage.lastDone = done;
    stages.set(name, stage);
  };
  return { report, stop };
}
