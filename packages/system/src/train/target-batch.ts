// SPDX-License-Identifier: Apache-2.0
import type { HostTensor, Tensor } from "@semlink/engine";
import { input } from "@semlink/engine";
import { copyRow } from "../numbers/float16.ts";
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
