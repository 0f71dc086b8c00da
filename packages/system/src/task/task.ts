// SPDX-License-Identifier: Apache-2.0
import type { HostTensor, Layer, Tensor } from "@semlink/engine";
import type { Dataset, ImageSet } from "../data/dataset.ts";
import type { FigureInfo } from "../results/figures.ts";

/** Sizes that the data give to a task, as JSON: `{ numClasses: 10 }`. */
export type TaskSizes = Readonly<Record<string, number>>;

/** What a receiver ends with, for every item of a batch. */
export interface Received {
  /** [batch] the answer that it decides for, by its number; absent where the receiver gives none. */
  readonly decisions?: Uint8Array;
  /**
   * [batch] probability in [0, 1] that the decision gives way to an even guess among all answers: 1 where nothing
   * arrived. Absent: 0. It is counted as its expectation, so that no luck enters a figure.
   */
  readonly guessed?: Float32Array;
  /** [batch, embedDim] */
  readonly embedding?: Float32Array;
}

/** What is known of the items that were sent. */
export interface Truth {
  readonly set: ImageSet;
  readonly sizes: TaskSizes;
  /** [count, embedDim] embeddings that the device sent; absent where a line sends none. */
  readonly sent?: Float32Array;
}

/** A figure of merit with the way it is taken. */
export interface Figure extends FigureInfo {
  /**
   * The outcome of every item, whose mean over items (and draws) is summed up.
   *
   * @returns [n] one value for each item, or for the items that can be judged; null where the line does not give what
   * the figure needs, or where it is not defined
   */
  ofItems(received: Received, truth: Truth): Float32Array | null;
  /**
   * How outcomes become the figure: the mean of shares with Wilson's interval over items, the mean with Student's, or
   * one less the mean.
   */
  readonly summary: "share" | "mean" | "one-minus-mean";
}

/** A linear map from embedding to answer, as a teacher gives it. */
export interface LinearMap {
  /** [answerDim, embedDim] */
  readonly weight: Float32Array;
  /** [answerDim] */
  readonly bias: Float32Array;
}

/** The truth about the items of a set as feeds of a training step. */
export interface TruthFeeds {
  /** Those of some items from whose truth alone something can be learned. */
  usable(indices: Uint32Array): Uint32Array;
  /** Feeds of {@link Task.truthInputs} for these items. */
  gather(indices: Uint32Array): Readonly<Record<string, HostTensor>>;
}

/** How strongly and how softly the terms of an answer are taken. */
export interface TermOptions {
  /** T of the soft term. */
  readonly temperature: number;
  /** Share of the target that is spread over all answers in the hard term. */
  readonly labelSmoothing: number;
}

/**
 * What is asked of the received embedding: the head that answers, the loss terms that teach it, and the figures that
 * judge it. Nothing outside `task/` knows which question it is.
 */
export interface Task {
  /** Name in configurations and results. */
  readonly name: string;
  /** Name of the answer among the outputs of a model: `logits`. */
  readonly answer: string;
  sizes(data: Pick<Dataset, "classNames">): TaskSizes;
  /** Width of an answer, and so of what a teacher says of an item beside its embedding. */
  answerDim(sizes: TaskSizes): number;
  /** Figures of merit; the first one leads: selection goes by it, and it is drawn first. */
  figures(sizes: TaskSizes): readonly Figure[];
  /** From embedding `[batch, embedDim]` to answer `[batch, answerDim]`; starts as `start` where that is given. */
  head(embedDim: number, sizes: TaskSizes, start: LinearMap | null): Layer;
  /** Graph inputs that hold the truth of a batch, by name. */
  truthInputs(sizes: TaskSizes, prefix?: string): Readonly<Record<string, Tensor>>;
  truth(set: ImageSet): TruthFeeds;
  /** Loss of an answer against the truth, mean over the batch. */
  hard(answer: Tensor, truth: Readonly<Record<string, Tensor>>, options: TermOptions): Tensor;
  /** Loss of an answer against the teacher's, mean over the batch. */
  soft(answer: Tensor, teacherAnswer: Tensor, options: TermOptions): Tensor;
  /**
   * What is decided for.
   *
   * @param answers - [count, answerDim]
   * @returns [count]
   */
  decide(answers: Float32Array, sizes: TaskSizes): Uint8Array;
}
