// SPDX-License-Identifier: Apache-2.0
import { openRadio } from "../channel/channel-spec.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Experiment } from "../experiment.ts";
import type { LineProblem } from "../lines/learned/learned-line.ts";
import type { LearnedLineSpec } from "../lines/learned/line-spec.ts";
import { rehearse } from "../lines/learned/rehearsal.ts";
import { studentConfigSchema } from "../student/student-config.ts";
import { knownPrimitives } from "../cells/primitive-sets.ts";
import { taskNamed } from "../task/tasks.ts";
import type { TeacherCard } from "../teacher/card.ts";
import type { OpenRun } from "./open-run.ts";
import { openRuntime } from "./place.ts";

/**
 * Rehearses the lines of a user's own modules, once images and teacher are known and before anything is computed from them.
 * A student of cells may not be known yet; the hand-made one stands in for it.
 *
 * @throws SemlinkError "line-module"
 */
export async function rehearseOwnLines(
  { task: name, student, codec, robust, runtime }: Experiment,
  { parts }: Pick<OpenRun, "parts">,
  lines: readonly LearnedLineSpec[],
  { data, card }: { readonly data: Dataset; readonly card: TeacherCard },
): Promise<void> {
  const own = lines.filter(({ digest }) => digest !== undefined);
  if (own.length === 0) return;
  const task = taskNamed(name);
  const { channels, height, width } = data.train;
  const problem: LineProblem = {
    task,
    sizes: task.sizes(data),
    imageShape: [channels, height, width],
    embedDim: card.outputs.embedding.width,
    student: student.architecture === "compact-cnn" ? student : studentConfigSchema.parse({}),
    primitives: knownPrimitives,
    code: codec,
    radios: codec.channels.map((spec) => openRadio(spec, parts.channels)),
    robust,
  };
  const opened = await openRuntime(runtime);
  for (const spec of own) {
    const line = parts.lines[spec.digest!]!;
    await rehearse({ line, spec, problem, data, runtime: opened });
  }
}
