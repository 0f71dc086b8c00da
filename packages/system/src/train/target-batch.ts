// SPDX-License-Identifier: Apache-2.0
import type { HostTensor } from "@semlink/engine";
import { copyRow } from "../numbers/float16.ts";
import type { TargetBank } from "../teacher/target-bank.ts";

/** Gathers the teacher's outputs for batches; the buffers are used again for the next batch. */
export class TargetBatch {
  private readonly bank: TargetBank;
  private readonly embedding: HostTensor;
  private readonly logits: HostTensor;

  constructor(bank: TargetBank, batchSize: number) {
    const floats = (width: number): HostTensor => ({
      dtype: "float32",
      shape: [batchSize, width],
      data: new Float32Array(batchSize * width),
    });
    this.bank = bank;
    this.embedding = floats(bank.embedDim);
    this.logits = floats(bank.numClasses);
  }

  /**
   * @param viewOfRow - index of the view shown in a row of the batch
   * @returns teacherEmbedding [batch, embedDim], teacherLogits [batch, numClasses]
   */
  gather(
    indices: Uint32Array,
    viewOfRow: (row: number) => number,
  ): { teacherEmbedding: HostTensor; teacherLogits: HostTensor } {
    const { targets, embedDim, numClasses } = this.bank;
    indices.forEach((index, row) => {
      const { embeddings, logits } = targets[viewOfRow(row)]!;
      copyRow(this.embedding.data as Float32Array, row, embeddings, index, embedDim);
      copyRow(this.logits.data as Float32Array, row, logits, index, numClasses);
    });
    return { teacherEmbedding: this.embedding, teacherLogits: this.logits };
  }
}
