// SPDX-License-Identifier: Apache-2.0
import { type HostTensor, input, type Rng, type Tensor } from "@semlink/engine";
import { viewBank } from "../data/augment.ts";
import type { ImageSet } from "../data/dataset.ts";
import { ImageBatches } from "../data/image-batches.ts";
import { copyRow } from "../numbers/float16.ts";
import type { TruthFeeds } from "../task/task.ts";
import type { TargetBank } from "../teacher/target-bank.ts";

/**
 * Graph inputs of what the teacher says of a batch; {@link TargetBatch} fills them.
 *
 * @returns embedding [batch, embedDim], and answer [batch, answerDim], null where the teacher gives none
 */
export function teacherInputs(
  { embedDim, answerDim }: Pick<TargetBank, "embedDim" | "answerDim">,
  prefix = "",
): { readonly embedding: Tensor; readonly answer: Tensor | null } {
  return {
    embedding: input(`${prefix}teacherEmbedding`, ["batch", embedDim]),
    answer: answerDim === null ? null : input(`${prefix}teacherAnswer`, ["batch", answerDim]),
  };
}

/** Gathers the teacher's outputs for batches; the buffers are used again for the next batch. */
export class TargetBatch {
  private readonly bank: TargetBank;
  private readonly embedding: HostTensor;
  private readonly answer: HostTensor | null;

  constructor(bank: TargetBank, batchSize: number) {
    const floats = (width: number): HostTensor => ({
      dtype: "float32",
      shape: [batchSize, width],
      data: new Float32Array(batchSize * width),
    });
    this.bank = bank;
    this.embedding = floats(bank.embedDim);
    this.answer = bank.answerDim === null ? null : floats(bank.answerDim);
  }

  /**
   * @param viewOfRow - index of the view shown in a row of the batch
   * @returns teacherEmbedding [batch, embedDim], and teacherAnswer [batch, answerDim] where the teacher gives one
   */
  gather(
    indices: Uint32Array,
    viewOfRow: (row: number) => number,
  ): { readonly teacherEmbedding: HostTensor; readonly teacherAnswer?: HostTensor } {
    const { bank, embedding, answer } = this;
    indices.forEach((index, row) => {
      const { embeddings, answers } = bank.targets[viewOfRow(row)]!;
      copyRow(embedding.data as Float32Array, row, embeddings, index, bank.embedDim);
      if (answer && answers) copyRow(answer.data as Float32Array, row, answers, index, bank.answerDim!);
    });
    return { teacherEmbedding: embedding, ...(answer && { teacherAnswer: answer }) };
  }
}

/** Where {@link TaughtBatches} takes its images. */
export interface TaughtBatchesOptions {
  readonly set: ImageSet;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** What a task knows of the items of the set. */
  readonly truth: TruthFeeds;
  /** Teacher's outputs, or null where only the truth is learned from. */
  readonly targets: TargetBank | null;
  /** Indices into the set; all images when left out. */
  readonly pool?: Uint32Array;
  readonly batchSize: number;
  /** Views that take turns from epoch to epoch, each image beginning with one of its own; 1 for the images as they are. */
  readonly numViews: number;
  readonly rng: Rng;
}

/** Training batches with what the teacher said of the very views shown, as a function of the step alone. */
export class TaughtBatches {
  private readonly batches: ImageBatches;
  private readonly targets: TargetBatch | null;
  private readonly truth: TruthFeeds;
  private readonly viewIndexOf: (epoch: number, index: number) => number;

  constructor({ truth, targets, numViews, ...options }: TaughtBatchesOptions) {
    const { set, batchSize, rng } = options;
    const views = viewBank(numViews);
    const firstView = rng.fold("first-view").integers(set.count, numViews);
    this.viewIndexOf = (epoch, index) => (firstView[index]! + epoch) % numViews;
    this.batches = new ImageBatches({
      ...options,
      viewOf: (epoch, index) => views[this.viewIndexOf(epoch, index)]!,
    });
    this.targets = targets && new TargetBatch(targets, batchSize);
    this.truth = truth;
  }

  get stepsPerEpoch(): number {
    return this.batches.stepsPerEpoch;
  }

  /** [batch] indices into the set of the items of a step */
  itemsAt(step: number): Uint32Array {
    return this.batches.itemsAt(step).indices;
  }

  /**
   * The feeds of a step under their names with a prefix; the buffers are used again for the next one.
   *
   * @returns images and the truth; with targets also teacherEmbedding and, where there is one, teacherAnswer
   */
  at(step: number, prefix = ""): Record<string, HostTensor> {
    const { epoch, indices, images } = this.batches.at(step);
    const feeds = {
      images,
      ...this.truth.gather(indices),
      ...this.targets?.gather(indices, (row) => this.viewIndexOf(epoch, indices[row]!)),
    };
    return Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [`${prefix}${name}`, tensor]));
  }
}
