// SPDX-License-Identifier: Apache-2.0
import { graphCost } from "@semlink/engine";
import type { Experiment } from "../experiment.ts";
import { linkNetwork, type ProblemShape } from "../link/networks.ts";
import { encoderModel, receiverModel, studentModel } from "../link/link-models.ts";
import type { TeacherCard } from "../teacher/teacher.ts";
import type { LedgerRow } from "../results/results.ts";

/**
 * Parameters and multiply-accumulates of every part, side by side: what the device carries includes its half of the
 * codec, and the teacher is needed only for training.
 *
 * MACs are for one image; the receiver's are for one decoding of one length.
 */
export function ledgerOf(experiment: Experiment, shape: ProblemShape, teacher: TeacherCard): LedgerRow[] {
  const { params, macs } = teacher;
  const rows: LedgerRow[] = [{ part: `teacher ${teacher.name}`, side: "training-only", params, macs }];
  experiment.codec.kinds.forEach((kind, index) => {
    const network = linkNetwork(shape, experiment, kind);
    if (index === 0) {
      const { embedding } = studentModel(network, shape);
      rows.push({
        part: "semantic encoder (student)",
        side: "device",
        ...graphCost({ embedding: embedding! }),
      });
    }
    rows.push(
      {
        part: `${kind} channel encoder`,
        side: "device",
        line: kind,
        ...graphCost(encoderModel(network, shape)),
      },
      {
        part: `${kind} channel decoder and head`,
        side: "receiver",
        line: kind,
        ...graphCost(receiverModel(network, experiment.codec.lengths)),
      },
    );
  });
  return rows;
}
