// SPDX-License-Identifier: Apache-2.0
import type { ChannelSpec } from "../channel/channel-spec.ts";
import { assembleMatrix, type MeasuredSystem } from "../evaluate/mismatch/assemble-matrix.ts";
import { channelsOf } from "../evaluate/mismatch/default-axes.ts";
import type { MatrixConfig } from "../evaluate/mismatch/matrix-config.ts";
import { lineIds } from "../lines/line-names.ts";
import type { LineCard } from "../link/node/link-folder.ts";
import type { Matrix } from "../results/matrix.ts";
import type { Ref } from "../run/inputs.ts";
import { taskNamed } from "../task/tasks.ts";
import { type MeasureLines, measure, sourceOf, tunedJudge } from "./measure-lines.ts";
import { linesOfRun } from "./trained-lines.ts";

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
