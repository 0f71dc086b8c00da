// SPDX-License-Identifier: Apache-2.0
import { Build, exportModel, input, nameTree, rngFrom } from "@semlink/engine";
import { writeFileAtomic } from "@semlink/engine/node";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { SeparationConfig } from "../lines/digital/separation-config.ts";
import { fineTuneOnCompressed } from "../lines/digital/fine-tune.ts";
import { normalizedImages } from "../link/export-link.ts";
import { cardMetadata } from "../link/link-card.ts";
import { readLineCard } from "../link/node/link-folder.ts";
import type { Ref } from "../run/inputs.ts";
import { defineStage, type Stage } from "../run/stage.ts";
import type { StudentConfig } from "../student/student-config.ts";
import { studentEncoder } from "../student/student-encoder.ts";
import { taskNamed } from "../task/tasks.ts";
import { loadWeights } from "../train/node/phase-files.ts";
import { primitivesOf } from "./resolve-student.ts";
import {
  type DataRef,
  openData,
  openRuntime,
  type RuntimeConfig,
  type Settings,
  trainingPlace,
} from "./place.ts";

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
