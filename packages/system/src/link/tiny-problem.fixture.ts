// SPDX-License-Identifier: Apache-2.0
import type { Layer, Tensor } from "@semlink/engine";
import { rngFrom } from "@semlink/engine";
import { openRadio } from "../channel/channel-spec.ts";
import { viewBank, writeBatch } from "../data/augment.ts";
import { imageLength, type Dataset, type ImageSet } from "../data/dataset.ts";
import { intensityMoments } from "../data/intensities.ts";
import { defineExperiment, type Experiment } from "../experiment.ts";
import { smoke } from "../presets/presets.ts";
import { FLOAT16_VALUES, toFloat16 } from "../numbers/float16.ts";
import type { TargetBank } from "../teacher/target-bank.ts";
import type { LineProblem } from "../lines/learned/learned-line.ts";
import { knownPrimitives } from "../cells/primitive-sets.ts";
import type { StudentConfig } from "../student/student-config.ts";
import { studentEncoder } from "../student/student-encoder.ts";
import { classify } from "../task/classify.ts";
import type { LinearMap } from "../task/task.ts";

/** Sizes of a problem. */
export interface ProblemShape {
  /** [channels, height, width] */
  readonly imageShape: readonly [number, number, number];
  readonly embedDim: number;
  readonly numClasses: number;
}

/** A problem that is learned in seconds: 8x8 images of four classes, and what a teacher would say of them. */
export interface TinyProblem {
  readonly data: Dataset;
  readonly targets: TargetBank;
  readonly shape: ProblemShape;
  readonly experiment: Experiment;
  /** The same as a learned line takes it. */
  readonly problem: LineProblem;
}

const NUM_CLASSES = 4;
const EMBED_DIM = 8;
const NUM_VIEWS = 2;
const SIDE = 8;
const SHAPE: ProblemShape = { imageShape: [3, SIDE, SIDE], embedDim: EMBED_DIM, numClasses: NUM_CLASSES };

/** @param trainCount - training images, the classes taking turns */
export function tinyProblem(trainCount = 32): TinyProblem {
  const train = drawImages("train", trainCount);
  const experiment = tinyExperiment();
  return {
    data: {
      name: "tiny",
      classNames: ["a", "b", "c", "d"],
      train,
      validation: drawImages("validation", 8),
      test: drawImages("test", 40),
      ...intensityMoments(train),
      digest: "tiny",
    },
    targets: drawTargets(train),
    shape: SHAPE,
    experiment,
    problem: {
      task: classify,
      sizes: { numClasses: NUM_CLASSES },
      imageShape: SHAPE.imageShape,
      embedDim: EMBED_DIM,
      student: experiment.student,
      primitives: [],
      code: experiment.codec,
      radios: experiment.codec.channels.map((channel) => openRadio(channel)),
      robust: experiment.robust,
    },
  };
}

/** Encoder and head of a student, as stage 1 trains them. */
export function tinyNetwork(
  shape: ProblemShape,
  student: StudentConfig,
  map: LinearMap | null = null,
): { readonly student: Layer<[images: Tensor]>; readonly head: Layer } {
  return {
    student: studentEncoder(student, shape, knownPrimitives),
    head: classify.head(shape.embedDim, { numClasses: shape.numClasses }, map),
  };
}

/** An image in one view of the bank. */
export interface Shown {
  readonly image: number;
  readonly view: number;
}

/** Which image in which view stands in each row of a batch: the row of a table that is the same to the bit. */
export function shownIn(batch: Float32Array, tables: readonly Float32Array[], width: number): Shown[] {
  const keyOf = (values: Float32Array, row: number): string =>
    values.subarray(row * width, (row + 1) * width).join(" ");
  const shown = new Map<string, Shown>();
  tables.forEach((table, view) => {
    for (let image = 0; image < table.length / width; image++)
      shown.set(keyOf(table, image), { image, view });
  });
  return Array.from({ length: batch.length / width }, (_, row) => shown.get(keyOf(batch, row))!);
}

/** Every training image in each view of the bank, normalised: for each view [count, channels, height, width]. */
export function viewsOf({ data: { train, mean, std }, targets }: TinyProblem): Float32Array[] {
  const all = Uint32Array.from({ length: train.count }, (_, image) => image);
  return targets.views.map((view) => {
    const images = new Float32Array(train.count * imageLength(train));
    writeBatch(images, train, all, view, mean, std);
    return images;
  });
}

/** What the teacher said of images in their views: [rows, embedDim] and [rows, numClasses]. */
export function saidOf(
  { targets, embedDim, answerDim }: TargetBank,
  shown: readonly Shown[],
): {
  readonly teacherEmbedding: Float32Array;
  readonly teacherAnswer: Float32Array;
} {
  const gather = (part: "embeddings" | "answers", width: number): Float32Array =>
    Float32Array.from({ length: shown.length * width }, (_, i) => {
      const { image, view } = shown[Math.floor(i / width)]!;
      return FLOAT16_VALUES[targets[view]![part]![image * width + (i % width)]!]!;
    });
  return { teacherEmbedding: gather("embeddings", embedDim), teacherAnswer: gather("answers", answerDim!) };
}

/** The smallest of everything. */
function tinyExperiment(): Experiment {
  return defineExperiment({
    name: "tiny",
    data: { dataset: "synthetic-shapes" },
    teacher: { source: "train" },
    targets: { numViews: NUM_VIEWS },
    student: { ...smoke.student },
    distill: { transfer: { epochs: 3, batchSize: 8, shards: 1, averageDecay: 0.9 } },
    codec: {
      lengths: [2, 4],
      cat: { width: 8, numTokens: 2, numBlocks: 1, numHeads: 2 },
      filmMlp: { width: 16, numLayers: 1, conditionWidth: 8 },
    },
    robust: {
      phaseA: { steps: 8, batchSize: 8, shards: 1 },
      phaseB: { epochs: 1, batchSize: 8, shards: 1 },
      averageDecay: 0.9,
    },
    evaluate: { esNoDb: [-5, 10] },
  });
}

/** Each class is a pattern; an image is its pattern with noise. */
function drawImages(name: string, count: number): ImageSet {
  const size = { channels: 3, height: SIDE, width: SIDE };
  const length = imageLength(size);
  const rng = rngFrom(11).fold("tiny images");
  const patterns = rng.fold("patterns").normal(NUM_CLASSES * length);
  const noise = rng.fold(name).normal(count * length);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % NUM_CLASSES);
  const images = Uint8ClampedArray.from(noise, (value, i) => {
    const label = labels[Math.floor(i / length)]!;
    return 128 + 40 * patterns[label * length + (i % length)]! + 20 * value;
  });
  return { images: new Uint8Array(images.buffer), labels, count, ...size };
}

/** Embeddings around the centre of the class, of about unit variance, and the head whose rows are the centres. */
function drawTargets({ count, labels }: ImageSet): TargetBank {
  const rng = rngFrom(12).fold("tiny targets");
  const centres = rng.fold("centres").normal(NUM_CLASSES * EMBED_DIM);
  const map = { weight: centres, bias: rng.fold("bias").normal(NUM_CLASSES) };
  const targets = Array.from({ length: NUM_VIEWS }, (_, view) => {
    const noise = rng
      .fold("view")
      .fold(view)
      .normal(count * EMBED_DIM);
    const embedding = noise.map((value, i) => {
      const label = labels[Math.floor(i / EMBED_DIM)]!;
      return centres[label * EMBED_DIM + (i % EMBED_DIM)]! + 0.2 * value;
    });
    const logits = Float32Array.from({ length: count * NUM_CLASSES }, (_, i) => {
      const [image, label] = [Math.floor(i / NUM_CLASSES), i % NUM_CLASSES];
      let sum = map.bias[label]!;
      for (let d = 0; d < EMBED_DIM; d++)
        sum += centres[label * EMBED_DIM + d]! * embedding[image * EMBED_DIM + d]!;
      return sum;
    });
    return { embeddings: toFloat16(embedding), answers: toFloat16(logits) };
  });
  return {
    views: viewBank(NUM_VIEWS),
    count,
    embedDim: EMBED_DIM,
    answerDim: NUM_CLASSES,
    targets,
    map,
  };
}
