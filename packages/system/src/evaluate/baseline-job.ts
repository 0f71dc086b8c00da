// SPDX-License-Identifier: Apache-2.0
import { graphCost, rngFrom, type Tensor } from "@semlink/engine";
import { join } from "node:path";
import type { Baseline, DeviceOutputs } from "../baselines/baseline.ts";
import { digitalFeatures } from "../baselines/digital-features.ts";
import { separation } from "../baselines/separation.ts";
import { type ImageSet, selectImages } from "../data/dataset.ts";
import { linkNetwork, type LinkNetwork, type ProblemShape } from "../distill/networks.ts";
import { problemShape } from "../distill/transfer-stage.ts";
import { loadWeights } from "../distill/weights.ts";
import { studentModel } from "../link/link-models.ts";
import { type JobSetting, openJobSetting } from "../run/job-setting.ts";
import type { JobContext } from "../run/job-table.ts";
import { runTeacher } from "../targets/compute-targets.ts";
import { openTeacher } from "../teacher/teacher.ts";
import { type LineOptions, measureAtPoints } from "./assemble-results.ts";
import {
  BASELINE_FILES,
  type EvaluateBaselinePayload,
  ledgerOfBaseline,
  writeBaselineCard,
} from "./baseline-stage.ts";
import { predictionsOf } from "./embedding-fidelity.ts";
import { runStudent } from "./link-evaluation.ts";
import { writeMeasured } from "./measured-file.ts";

/** Images of the validation set on which a line chooses its mode. */
const SELECTION_IMAGES = 500;
/** Images of the training set for axes and quantisers. */
const TRAINING_IMAGES = 5000;

interface Device {
  readonly setting: JobSetting;
  readonly shape: ProblemShape;
  readonly network: LinkNetwork;
  readonly weights: ReadonlyMap<string, Float32Array>;
}

/** Job: measures a digital baseline on the test images with the fine-tuned student of a link. */
export async function evaluateBaselineJob(
  payload: EvaluateBaselinePayload,
  context: JobContext,
): Promise<void> {
  const { experiment, folder, name, linkFolder, embedDim } = payload;
  const setting = await openJobSetting(payload, context);
  const { data, seed, report, signal } = setting;
  const shape = problemShape(data, embedDim);
  const [kind] = experiment.codec.kinds as [Parameters<typeof linkNetwork>[2]];
  const weights = await loadWeights(linkFolder);
  const device = { setting, shape, network: linkNetwork(shape, experiment, kind), weights };
  const options: LineOptions = {
    evaluate: experiment.evaluate,
    labels: data.test.labels,
    numClasses: shape.numClasses,
    numSourceValues: shape.imageShape.reduce((product, size) => product * size, 1),
    ...{ seed, signal },
    onPoint(done, total) {
      report({ stage: `baseline ${name}`, done, total });
    },
  };
  const ofImages = name === "separation";
  const baseline = ofImages
    ? await separationLine(device, payload)
    : (await featureLines(device)).find((line) => line.name === name)!;
  const outputs = ofImages ? imageOutputs(data.test, shape) : await outputsOf(device, data.test);
  const measured = await measureAtPoints(baseline, outputs, options);
  await writeMeasured(join(folder, BASELINE_FILES.measured), measured);
  const { label, role } = baseline;
  await writeBaselineCard(folder, { id: name, label, role, ledger: ledgerOfBaseline(baseline, options) });
}

async function separationLine(
  device: Device,
  { experiment, teacherFolder }: EvaluateBaselinePayload,
): Promise<Baseline> {
  const { setting, shape } = device;
  const { formats, classifier } = experiment.evaluate.separation;
  const chosen = firstImages(setting.data.validation, SELECTION_IMAGES);
  return separation({
    formats,
    maxSymbols: Math.max(...experiment.evaluate.lengths),
    ...(classifier === "teacher"
      ? await teacherClassifier(teacherFolder, setting)
      : studentClassifier(device)),
    selection: { device: imageOutputs(chosen, shape), labels: chosen.labels },
    rng: rngFrom(setting.seed).fold("baseline").fold("separation"),
  });
}

async function featureLines(device: Device): Promise<readonly Baseline[]> {
  const { setting, shape, weights } = device;
  const { train, validation } = setting.data;
  const training = await outputsOf(device, firstImages(train, TRAINING_IMAGES));
  const chosen = firstImages(validation, SELECTION_IMAGES);
  return digitalFeatures({
    trainingEmbeddings: training.embeddings,
    embedDim: shape.embedDim,
    head: { weight: weights.get("head.weight")!, bias: weights.get("head.bias")! },
    selection: { device: await outputsOf(device, chosen), labels: chosen.labels },
    rng: rngFrom(setting.seed).fold("baseline").fold("digital-features"),
  });
}

type OfClassifier = Pick<Parameters<typeof separation>[0], "classify" | "classifier">;

async function teacherClassifier(folder: string, { runtime, signal }: JobSetting): Promise<OfClassifier> {
  const teacher = await openTeacher(folder, runtime);
  const { name, params, macs, classNames } = teacher.card;
  return {
    classify: async (set) =>
      predictionsOf((await runTeacher(teacher, set, { signal })).logits, classNames.length),
    classifier: { name: `teacher ${name}`, params, macs },
  };
}

function studentClassifier(device: Device): OfClassifier {
  const { network, shape } = device;
  const outputs = studentModel(network, shape) as Record<"embedding" | "logits", Tensor>;
  return {
    classify: async (set) => (await outputsOf(device, set)).predictions,
    classifier: { name: "student", ...graphCost(outputs) },
  };
}

async function outputsOf(
  { setting, shape, network, weights }: Device,
  set: ImageSet,
): Promise<DeviceOutputs & { embeddings: Float32Array }> {
  const ran = await runStudent(network, set, { ...setting, shape, weights });
  return { ...ran, numClasses: shape.numClasses };
}

/** The images alone: the device of the separation line does not classify. */
function imageOutputs(images: ImageSet, { numClasses }: ProblemShape): DeviceOutputs {
  return { images, numClasses, predictions: new Uint8Array(images.count) };
}

function firstImages(set: ImageSet, count: number): ImageSet {
  const length = Math.min(count, set.count);
  return selectImages(
    set,
    Uint32Array.from({ length }, (_, index) => index),
  );
}
