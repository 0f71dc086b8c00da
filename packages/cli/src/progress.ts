// SPDX-License-Identifier: Apache-2.0
import type { ProgressEvent, Reporter } from "@semlink/system";
import type { SingleBar } from "cli-progress";
import { formatDuration, formatMetrics, secondsLeft, type StageClock } from "./progress-text.ts";

/** Where progress is drawn: stderr. */
export type ProgressStream = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** Progress on a stream; `stop` ends the drawing and must be called before anything else is printed. */
export interface Progress {
  readonly report: Reporter;
  readonly stop: () => void;
}

/** Least time between two lines of one stage. */
const LINE_INTERVAL_MS = 10_000;
const BAR_FORMAT = "{name} [{bar}] {percentage} % {value}/{total} {figures}";

/**
 * Draws progress with the time left: on a terminal a bar, and a line when a stage ends; elsewhere a line when
 * it begins, at most every ten seconds, and when it ends.
 *
 * @param now - clock [ms]
 */
export async function createProgress(stream: ProgressStream, now: () => number): Promise<Progress> {
  if (stream.isTTY !== true) return { report: lineReporter(stream, now), stop: () => undefined };
  return barProgress(stream, now, (await import("cli-progress")).SingleBar);
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

function lineReporter(stream: ProgressStream, now: () => number): Reporter {
  let current: Stage | undefined;
  return (event) => {
    const time = now();
    const { done, total, message } = event;
    if (message !== undefined) stream.write(`${event.stage}: ${message}\n`);
    const stage = stageOf(event, current, time);
    const isDue = time - stage.lastPrintedAt >= LINE_INTERVAL_MS;
    if (done < total ? isDue : endsNow(event, stage, current)) {
      stream.write(`${progressLine(event, stage, time)}\n`);
      stage.lastPrintedAt = time;
    }
    stage.lastDone = done;
    current = stage;
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

function barProgress(stream: ProgressStream, now: () => number, Bar: typeof SingleBar): Progress {
  let current: Stage | undefined;
  let bar: SingleBar | undefined;
  const stop = (): void => {
    bar?.stop();
    bar = undefined;
  };
  const report: Reporter = (event) => {
    const time = now();
    const { stage: name, done, total, message } = event;
    const stage = stageOf(event, current, time);
    if (stage !== current || message !== undefined) stop(); // a line can only be printed where no bar is
    if (message !== undefined) stream.write(`${name}: ${message}\n`);
    const figures = [timing(event, stage, time), formatMetrics(event.metrics)];
    const payload = { name, figures: figures.filter((part) => part !== "").join(", ") };
    if (done < total) {
      bar ??= startBar(
        new Bar({ stream, format: BAR_FORMAT, linewrap: true, clearOnComplete: true }),
        event,
        payload,
      );
      bar.update(done, payload);
    } else if (endsNow(event, stage, current)) {
      stop();
      stream.write(`${progressLine(event, stage, time)}\n`);
    }
    stage.lastDone = done;
    current = stage;
  };
  return { report, stop };
}

function startBar(bar: SingleBar, { done, total }: ProgressEvent, payload: object): SingleBar {
  bar.start(total, done, payload);
  return bar;
}
