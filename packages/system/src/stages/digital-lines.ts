// SPDX-License-Identifier: Apache-2.0
import { graphCost, rngFrom, type Tensor } from "@semlink/engine";
import type { Baseline, DeviceOutputs } from "../lines/baseline.ts";
import type { PlanFor } from "../lines/digital/digital-baseline.ts";
import { digitalFeatures } from "../lines/digital/digital-features.ts";
import { separation, type SeparationOptions } from "../lines/digital/separation.ts";
import { type ImageSet, selectImages } from "../data/dataset.ts";
import type { ProblemShape, StudentNetwork } from "../link/networks.ts";
import { loadWeights } from "../train/node/phase-files.ts";
import type { DigitalLineName } from "../lines/baseline-names.ts";
import { type ImageFormat, separationClassifiers } from "../lines/digital/separation-config.ts";
import { studentModel } from "../link/link-models.ts";
import type { JobSetting } from "./job-setting.ts";
import { openTeacher } from "../teacher/node/open-teacher.ts";
import { runTeacher } from "../teacher/teacher.ts";
import { predictionsOf } from "../task/classify/decisions.ts";
import { runStudent } from "../evaluate/link-evaluation.ts";

/** Folders of the networks that a digital line may need beside the device. */
export interface DigitalFolders {
  readonly teacherFolder: string;
  /** Of the fine-tuned student; absent where no line needs it. */
  readonly tunedFolder?: string;
}

/** What a digital line is made from: the device of a link, with data and settings of the experiment. */
export interface DigitalDevice extends DigitalFolders {
  readonly setting: JobSetting;
  readonly shape: ProblemShape;
  readonly network: StudentNetwork;
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly formats: readonly ImageFormat[];
  /** Longest transmission that will be asked for [complex symbols]. */
  readonly maxSymbols: number;
  readonly planFor?: PlanFor;
}

/** Images of the validation set on which a line chooses its mode. */
const SELECTION_IMAGES = 500;
/** Images of the training set for axes and quantisers. */
const TRAINING_IMAGES = 5000;

/** A digital line of that name. */
export async function digitalLine(name: DigitalLineName, device: DigitalDevice): Promise<Baseline> {
  const kind = separationClassifiers.find((classifier) => name === `separation-${classifier}`);
  const { setting, shape, weights, formats, maxSymbols, planFor } = device;
  const { train, validation } = setting.data;
  const chosen = firstImages(validation, SELECTION_IMAGES);
  const common = {
    selection: { device: await digitalOutputs(name, device, chosen), labels: chosen.labels },
    ...(planFor ? { planFor } : {}),
  };
  const rng = rngFrom(setting.seed).fold("baseline");
  if (kind !== undefined) {
    const classifier = kind === "teacher" ? await teacherOf(device) : await studentOf(device, kind);
    return separation({ ...common, formats, maxSymbols, ...classifier, rng: rng.fold("separation") });
  }
  const training = await studentOutputs(device, weights, firstImages(train, TRAINING_IMAGES));
  const lines = digitalFeatures({
    ...common,
    trainingEmbeddings: training.embeddings,
    embedDim: shape.embedDim,
    head: { weight: weights.get("head.weight")!, bias: weights.get("head.bias")! },
    rng: rng.fold("digital-features"),
  });
  return lines.find((line) => line.name === name)!;
}

/** What the device hands to a line: the images alone for separation, whose device classifies nothing. */
export async function digitalOutputs(
  name: DigitalLineName,
  device: DigitalDevice,
  images: ImageSet,
): Promise<DeviceOutputs & { readonly embeddings?: Float32Array }> {
  if (!name.startsWith("separation-")) return studentOutputs(device, device.weights, images);
  const { numClasses } = device.shape;
  return { images, numClasses, predictions: new Uint8Array(images.count) };
}

type OfClassifier = Pick<SeparationOptions, "classify" | "classifier">;

async function teacherOf({ teacherFolder, setting }: DigitalDevice): Promise<OfClassifier> {
  const { runtime, signal } = setting;
  const teacher = await openTeacher(teacherFolder, runtime);
  const { name, params, macs, outputs } = teacher.card;
  return {
    classify: async (set) =>
      predictionsOf((await runTeacher(teacher, set, { signal })).answer!, outputs.answer!.width),
    classifier: { kind: "teacher", name: `teacher ${name}`, params, macs },
  };
}

async function studentOf(device: DigitalDevice, kind: "student" | "fine-tuned"): Promise<OfClassifier> {
  const { network, shape, tunedFolder } = device;
  const weights = kind === "student" ? device.weights : await loadWeights(tunedFolder!);
  const outputs = studentModel(network, shape) as Record<"embedding" | "logits", Tensor>;
  return {
    classify: async (set) => (await studentOutputs(device, weights, set)).predictions,
    classifier: { kind, name: kind === "student" ? kind : "fine-tuned student", ...graphCost(outputs) },
  };
}

async function studentOutputs(
  { setting, shape, network }: DigitalDevice,
  weights: ReadonlyMap<string, Float32Array>,
  set: ImageSet,
): Promise<DeviceOutputs & { readonly embeddings: Float32Array }> {
  const ran = await runStudent(network, set, { ...setting, shape, weights });
  return { ...ran, numClasses: shape.numClasses };
}

function firstImages(set: ImageSet, count: number): ImageSet {
  const length = Math.min(count, set.count);
  return selectImages(
    set,
    Uint32Array.from({ length }, (_, index) => index),
  );
}
