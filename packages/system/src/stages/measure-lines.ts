// SPDX-License-Identifier: Apache-2.0
import type { ChannelSpec } from "../channel/channel-spec.ts";
import { assembleMatrix, type MeasuredSystem } from "../evaluate/mismatch/assemble-matrix.ts";
import { channelsOf } from "../evaluate/mismatch/default-axes.ts";
import type { MatrixConfig } from "../evaluate/mismatch/matrix-config.ts";
import type { Experiment } from "../experiment.ts";
import { type DigitalLineName, isDigital, type LineId, lineIds } from "../lines/line-names.ts";
import type { LineCard } from "../link/node/link-folder.ts";
import type { Matrix } from "../results/matrix.ts";
import type { Artifact, Ref } from "../run/inputs.ts";
import type { StudentConfig } from "../student/student-config.ts";
import { taskNamed } from "../task/tasks.ts";
import { fineTuneStage } from "./judge.ts";
import type { LineSource, MeasurePoints } from "./line-source.ts";
import { type LineMeasurement, measureStage } from "./measure.ts";
import type { OpenRun } from "./open-run.ts";
import type { DataRef, TeacherRef } from "./place.ts";
import { linesOfRun } from "./trained-lines.ts";

/** What all lines are measured with. */
export interface MeasureLines {
  readonly experiment: Experiment;
  readonly run: OpenRun;
  readonly data: DataRef;
  /** Names of the answers. */
  readonly answerNames: readonly string[];
  readonly student: StudentConfig;
  readonly embedDim: number;
  readonly teacher: TeacherRef;
  readonly trained: readonly Artifact<LineCard>[];
  /** Outputs of the device of each trained line on the whole split. */
  readonly devices: readonly Ref[];
  /** Place of the trained line whose device the other lines have. */
  readonly deciding: number;
}

/**
 * Measures the trained lines, the first one first, then the others in their order: each is a stage of its own. Lines that need
 * a device have that of the deciding line.
 */
export async function measureLines(
  setting: MeasureLines,
  ids: readonly LineId[],
): Promise<LineMeasurement[]> {
  const { experiment, trained, devices, deciding } = setting;
  const { split, channels, esNoDb, lengths, drawsPerImage } = experiment.evaluate;
  const points = { split, channels, esNoDb, lengths, drawsPerImage, images: null, isMismatch: false };
  const judge = await tunedJudge(setting);
  return Promise.all([
    ...trained.map((line, index) =>
      measure(setting, { kind: "learned", line, device: devices[index]! }, points),
    ),
    ...ids.map((id) => measure(setting, sourceOf(id, setting, devices[deciding]!, judge), points)),
  ]);
}

/** Measures one line at some points. */
export async function measure(
  { experiment, run, data }: Pick<MeasureLines, "experiment" | "run" | "data">,
  source: LineSource,
  points: MeasurePoints,
): Promise<LineMeasurement> {
  const { task, seed, runtime } = experiment;
  return (await run.stage(measureStage, { data, task, source, points, seed, runtime })).value;
}

/**
 * A line that is not learned, on the device of the deciding line.
 *
 * @param device - outputs of that device on the whole split; null where other images are sent
 */
export function sourceOf(
  id: LineId,
  { experiment, teacher, trained, deciding }: MeasureLines,
  device: Ref | null,
  tuned: Ref | null,
): LineSource {
  const line = trained[deciding]!;
  if (!isDigital(id)) return { kind: "unlearned", id, line, device };
  return {
    kind: "digital",
    id,
    line,
    formats: experiment.evaluate.separation.formats,
    judge: judgeOf(id, teacher, tuned),
  };
}

function judgeOf(id: DigitalLineName, teacher: TeacherRef, tuned: Ref | null): TeacherRef | null {
  if (id === "separation-teacher") return teacher;
  return id === "separation-fine-tuned" ? tuned : null;
}

/** The student fine-tuned on compressed images, where a line of plot or matrix is judged by it. */
export async function tunedJudge(setting: MeasureLines): Promise<Ref | null> {
  const { experiment, run, data, student, embedDim, trained, deciding } = setting;
  const { baselines, matrix, separation, lengths } = experiment.evaluate;
  const { classifier, formats, fineTuning } = separation;
  const isAsked = [...baselines, ...(matrix?.baselines ?? [])].includes("separation");
  if (!isAsked || ![classifier].flat().includes("fine-tuned")) return null;
  const inUse = new Set([...lengths, ...(matrix ? [matrix.numSymbols] : [])]);
  return run.stage(fineTuneStage, {
    data,
    task: experiment.task,
    line: trained[deciding]!,
    student,
    embedDim,
    separation: { formats, fineTuning },
    lengths: [...inUse].sort((a, b) => a - b),
    seed: experiment.seed,
    runtime: experiment.runtime,
  });
}

/** A trained line of this run or of another. */
interface TestedLine {
  readonly ref: Ref;
  readonly card: LineCard;
  /** Name of the other run; absent for lines of this one. */
  readonly run?: string;
}

/**
 * Measures the trained lines of the experiment, those of the runs it is held against, and other lines on the first line's
 * device, under every condition of the matrix.
 *
 * @throws SemlinkError as {@link linesOfRun} does
 */
export async function measureMatrix(
  setting: MeasureLines,
  matrix: MatrixConfig,
): Promise<{ readonly matrix: Matrix; readonly channels: readonly ChannelSpec[] }> {
  const { experiment, run, data, trained } = setting;
  const { numSymbols, esNoDb, images, axes, against } = matrix;
  const others = await Promise.all(
    against.map((folder) => linesOfRun(folder, run, { data: data.data, numSymbols })),
  );
  const own = trained.map((line): TestedLine => ({ ref: line, card: line.value }));
  const tested = withoutRepeats([...own, ...others.flat()]);
  const channels = channelsOf(axes);
  const { split } = experiment.evaluate;
  const points = {
    split,
    channels,
    esNoDb,
    lengths: [numSymbols],
    drawsPerImage: 1,
    images,
    isMismatch: true,
  };
  const judge = await tunedJudge(setting);
  const ids = lineIds(matrix.baselines, experiment.evaluate.separation);
  const [ofTested, ofOthers] = await Promise.all([
    Promise.all(
      tested.map(({ ref }) => measure(setting, { kind: "learned", line: ref, device: null }, points)),
    ),
    Promise.all(ids.map((id) => measure(setting, sourceOf(id, setting, null, judge), points))),
  ]);
  const rows: MeasuredSystem[] = [
    ...tested.map(({ run: name, card: { card } }, index): MeasuredSystem => {
      const { line: id, label, trained: met } = card;
      return {
        id: name === undefined ? id : `${name}/${id}`,
        label: name === undefined ? label : `${label} of ${name}`,
        role: index === 0 ? "link" : "rival",
        trainedOn: met.channels,
        points: ofTested[index]!.points,
      };
    }),
    ...ofOthers.map(({ id, label, role, points: measured }): MeasuredSystem => {
      return { id, label, role: role === "digital" ? role : "baseline", trainedOn: [], points: measured };
    }),
  ];
  const task = taskNamed(experiment.task);
  const figures = task.figures(task.sizes({ classNames: setting.answerNames }));
  return { matrix: assembleMatrix(matrix, rows, figures, run.parts.channels), channels };
}

/** Lines of equal weights once: a run may be held against itself, or against one that has a line in common with it. */
function withoutRepeats(lines: readonly TestedLine[]): TestedLine[] {
  return lines.filter(
    ({ ref }, index) => lines.findIndex((line) => line.ref.artifact === ref.artifact) === index,
  );
}
