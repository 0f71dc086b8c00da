// SPDX-License-Identifier: Apache-2.0
import { rngFrom, SemlinkError } from "@semlink/engine";
import { writeFileAtomic } from "@semlink/engine/node";
import { join } from "node:path";
import * as z from "zod";
import type { Radio } from "../channel/radio.ts";
import { randomSubset } from "../data/dataset.ts";
import { type MeasuredPoint, measureLine } from "../evaluate/measure-line.ts";
import { readMeasured, writeMeasured } from "../evaluate/node/measured-file.ts";
import type { MeasuredLine } from "../evaluate/result-lines.ts";
import { type LedgerRow, ledgerRowSchema, LINE_ROLES } from "../results/results.ts";
import { defineStage, type Stage } from "../run/stage.ts";
import { readStageJson } from "../store/stored-files.ts";
import { taskNamed } from "../task/tasks.ts";
import type { LineSource, MeasurePoints } from "./line-source.ts";
import { openLine } from "./open-line.ts";
import {
  type DataRef,
  openData,
  openRadios,
  openRuntime,
  type RuntimeConfig,
  type Settings,
} from "./place.ts";

/** All that the figures of a line depend on. */
export interface MeasureInputs {
  readonly data: DataRef;
  readonly task: string;
  readonly source: LineSource;
  readonly points: MeasurePoints;
  readonly seed: number;
  readonly runtime: RuntimeConfig;
}

/** A line as it was measured, with what it costs. */
export interface LineMeasurement extends MeasuredLine {
  readonly ledger: readonly LedgerRow[];
  /** What its figures assume, beyond what all lines have in common. */
  readonly convention: string | null;
}

/** Processes that share the channels of a line, whatever the machine: which one measures a channel changes no bit. */
const NUM_PARTS = 4;

/** Measures one line, so that a rival costs only itself: each channel is a file, and the parts share the channels. */
export const measureStage: Stage<MeasureInputs, LineMeasurement, Settings> = defineStage({
  name: "measure",
  folderName: ({ source, points }) =>
    `${points.isMismatch ? "mismatch" : "measure"}-${source.kind === "learned" ? "line" : source.id}`,
  version: 1,
  maxCores: 1,
  parts: ({ source, points }) => [partsOf(source, points)],
  async produce(inputs, at) {
    const { source, points, seed } = inputs;
    const data = await openData(inputs.data, at);
    const task = taskNamed(inputs.task);
    const sizes = task.sizes(data);
    const rng = rngFrom(seed).fold("evaluate");
    const all = data[points.split];
    const set = points.images === null ? all : randomSubset(all, points.images, rng.fold("matrix"));
    const runtime = await openRuntime(inputs.runtime);
    const opened = await openLine(source, { at, data, set, task, sizes, runtime, points, seed });
    const { line } = opened;
    const [part, numParts] = at.part!.split("/").map(Number) as [number, number];
    const radios = openRadios(points.channels, at);
    const own = radios.flatMap((radio, index) =>
      index % numParts === part - 1 && line.supports(radio) ? [{ radio, index }] : [],
    );
    const prepared = await line.prepare(opened.device);
    const perChannel = points.esNoDb.length * points.lengths.length;
    for (const [position, { radio, index }] of own.entries()) {
      if (await isMeasured(at.folder, index)) continue;
      const measured = await measureLine({
        line: prepared,
        power: line.declares.power,
        figures: task.figures(sizes),
        truth: { set, sizes, ...(opened.sent ? { sent: opened.sent } : {}) },
        radios: [radio],
        esNoDb: points.esNoDb,
        lengths: points.lengths,
        numDraws: points.drawsPerImage,
        rng,
        onPoint: (done) => {
          const total = own.length * perChannel;
          at.report({
            stage: [
              points.isMismatch ? "mismatch" : "measure",
              line.name,
              ...(numParts === 1 ? [] : [at.part!]),
            ].join(" "),
            done: position * perChannel + done,
            total,
          });
        },
        signal: at.signal,
      });
      await writeMeasured(fileOf(at.folder, index), measured);
    }
    await prepared.release?.();
    if (part === 1) await writeCard(at.folder, opened, radios, inputs);
  },
  read: readMeasurement,
});

/** Lines that send a decision alone cost less to measure than a process to start. */
function partsOf({ kind }: LineSource, { channels }: MeasurePoints): string[] {
  const count = kind === "unlearned" ? 1 : Math.min(NUM_PARTS, channels.length);
  return Array.from({ length: count }, (_, part) => `${part + 1}/${count}`);
}

interface LineText {
  readonly id: string;
  readonly label: string;
  readonly role: (typeof LINE_ROLES)[number];
  readonly ledger: readonly LedgerRow[];
  readonly convention: string | null;
  /** Places of the channels that it was measured on. */
  readonly measured: readonly number[];
}

const textSchema: z.ZodType<LineText> = z.strictObject({
  id: z.string(),
  label: z.string(),
  role: z.enum(LINE_ROLES),
  ledger: z.array(ledgerRowSchema),
  convention: z.string().nullable(),
  measured: z.array(z.int().nonnegative()),
});

const CARD = "line.json";

async function writeCard(
  folder: string,
  opened: Awaited<ReturnType<typeof openLine>>,
  radios: readonly Radio[],
  { points }: MeasureInputs,
): Promise<void> {
  const { line } = opened;
  const text: LineText = {
    id: line.name,
    label: line.label,
    role: line.role,
    ledger: opened.ledger(Math.max(...points.lengths)),
    convention: line.convention ?? null,
    measured: radios.flatMap((radio, index) => (line.supports(radio) ? [index] : [])),
  };
  await writeFileAtomic(join(folder, CARD), `${JSON.stringify(text, null, 2)}\n`);
}

/** @throws SemlinkError "corrupt-file" */
async function readMeasurement(folder: string): Promise<LineMeasurement> {
  const { measured, ...text } = await readStageJson(join(folder, CARD), textSchema, "what a line is");
  const points: MeasuredPoint[] = [];
  for (const index of measured) points.push(...(await readMeasured(fileOf(folder, index))));
  return { ...text, points };
}

async function isMeasured(folder: string, index: number): Promise<boolean> {
  try {
    await readMeasured(fileOf(folder, index));
    return true;
  } catch (error) {
    // Not there, or cut short: measured again.
    if (error instanceof SemlinkError && error.code === "corrupt-file") return false;
    throw error;
  }
}

function fileOf(folder: string, index: number): string {
  return join(folder, `channel-${index}.measured.safetensors`);
}
