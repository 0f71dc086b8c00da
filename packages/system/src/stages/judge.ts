// SPDX-License-Identifier: Apache-2.0
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { Build, exportModel, input, nameTree, rngFrom, SemlinkError } from "@semlink/engine";
import { writeFileAtomic } from "@semlink/engine/node";
import { fineTuneOnCompressed } from "../lines/digital/fine-tune.ts";
import { separationClassifiers, type SeparationConfig } from "../lines/digital/separation-config.ts";
import type { SeparationOptions } from "../lines/digital/separation.ts";
import { normalizedImages } from "../link/export-link.ts";
import { cardMetadata } from "../link/link-card.ts";
import { linkModelPath, readLineCard } from "../link/node/link-folder.ts";
import { runDevice } from "../link/run-device.ts";
import type { Ref } from "../run/inputs.ts";
import { defineStage, type Stage } from "../run/stage.ts";
import type { StudentConfig } from "../student/student-config.ts";
import { studentEncoder } from "../student/student-encoder.ts";
import { taskNamed } from "../task/tasks.ts";
import { runTeacher } from "../teacher/teacher.ts";
import { loadWeights } from "../train/node/phase-files.ts";
import type { LineSetting, LineSource } from "./line-source.ts";
import {
  type DataRef,
  openData,
  openRuntime,
  openTeacherOf,
  type RuntimeConfig,
  type Settings,
  trainingPlace,
} from "./place.ts";
import { primitivesOf } from "./student.ts";

/** All that the fine-tuned student depends on. */
export interface FineTuneInputs {
  readonly data: DataRef;
  readonly task: string;
  /** The trained line whose device it starts as. */
  readonly line: Ref;
  readonly student: StudentConfig;
  readonly embedDim: number;
  readonly separation: Pick<SeparationConfig, "formats" | "fineTuning">;
  /** Lengths of plot and matrix: one network serves both. */
  readonly lengths: readonly number[];
  readonly seed: number;
  readonly runtime: RuntimeConfig;
}

/** The fine-tuned student as a model from images to features and answer, like the device of a link. */
export const JUDGE_FILE = "judge.onnx";

/** The device's student, fine-tuned on compressed images: what judges the images that the separation line decodes. */
export const fineTuneStage: Stage<FineTuneInputs, null, Settings> = defineStage({
  name: "fine-tune",
  version: 2,
  maxCores: ({ separation }) => separation.fineTuning.shards,
  async produce(inputs, at) {
    const { student, embedDim, separation, lengths, seed, line } = inputs;
    const data = await openData(inputs.data, at);
    const task = taskNamed(inputs.task);
    const { channels, height, width } = data.train;
    const shape = { imageShape: [channels, height, width] as const, embedDim };
    const network = {
      student: studentEncoder(student, shape, primitivesOf(student, at)),
      head: task.head(embedDim, task.sizes(data), null),
    };
    nameTree(network);
    const runtime = await openRuntime(inputs.runtime);
    const weights = await fineTuneOnCompressed({
      task,
      data,
      network,
      separation,
      lengths,
      start: await loadWeights(at.folderOf(line)),
      rng: rngFrom(seed).fold("fine-tune"),
      place: trainingPlace(at, runtime, () => at.folder),
    });
    const { card } = await readLineCard(at.folderOf(line));
    const build = new Build(network, { training: false });
    const images = normalizedImages(input("images", ["batch", ...shape.imageShape]), card.images);
    const features = build.apply(network.student, images);
    const outputs = { features, [card.answer.output]: build.apply(network.head, features) };
    const model = exportModel(outputs, weights, { name: "judge", metadata: cardMetadata(card) });
    await writeFileAtomic(join(at.folder, JUDGE_FILE), model);
  },
  async read(folder) {
    await stat(join(folder, JUDGE_FILE));
    return null;
  },
});

/** What judges the images that the separation line decodes: the teacher, the device's student, or a fine-tuned one. */
export async function openJudge(
  { id, line, judge }: Extract<LineSource, { kind: "digital" }>,
  { at, task, sizes, runtime }: LineSetting,
): Promise<Pick<SeparationOptions, "classify" | "classifier">> {
  const { signal } = at;
  const kind = separationClassifiers.find((classifier) => id === `separation-${classifier}`)!;
  if (kind === "teacher") {
    const teacher = await openTeacherOf(judge!, { provider: "cpu" }, at);
    const { name, params, macs } = teacher.card;
    return {
      classify: async (set) => {
        const { answer } = await runTeacher(teacher, set, { signal });
        if (answer) return task.decide(answer, sizes);
        throw new SemlinkError({
          code: "wrong-teacher",
          where: `line ${id}`,
          expected: "a teacher that answers",
          actual: `${name}, which gives embeddings alone`,
          hint: "set evaluate.separation.classifier to student or fine-tuned",
        });
      },
      classifier: { kind, name: `teacher ${name}`, params, macs },
    };
  }
  const isOwn = kind === "student";
  const path = isOwn
    ? linkModelPath(at.folderOf(line), "device")
    : join(at.folderOf(judge as Ref), JUDGE_FILE);
  const model = await readFile(path);
  const device = (await readLineCard(at.folderOf(line))).ledger.find(({ side }) => side === "device")!;
  const { params, macs } = device;
  return {
    classify: async (set) => {
      const { answers } = await runDevice(model, set, { runtime, signal });
      return task.decide(answers!, sizes);
    },
    classifier: { kind, name: isOwn ? kind : "fine-tuned student", params, macs },
  };
}
