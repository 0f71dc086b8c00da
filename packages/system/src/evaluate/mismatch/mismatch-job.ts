// SPDX-License-Identifier: Apache-2.0
import { exportModel, rngFrom } from "@semlink/engine";
import type { Baseline } from "../../baselines/baseline.ts";
import { labelBaselines } from "../../baselines/label-baselines.ts";
import { problemShape } from "../../distill/transfer-stage.ts";
import { linkNetwork } from "../../distill/networks.ts";
import { loadWeights } from "../../distill/weights.ts";
import type { MatrixConfig } from "../../experiment.ts";
import { openLink } from "../../link/link.ts";
import { encoderModel, receiverModel } from "../../link/link-models.ts";
import type { JobContext } from "../../run/job-table.ts";
import { type JobPayload, openJobSetting } from "../../run/job-setting.ts";
import { runStudent } from "../link-evaluation.ts";
import type { TestedLink } from "./links-of-run.ts";
import { channelsOf } from "./matrix-channels.ts";
import { measureConditions } from "./measure-conditions.ts";
import { randomSubset } from "./random-subset.ts";
import { baselineSystem, linkSystem, type TestedSystem } from "./tested-system.ts";
import { toldTrainedKinds } from "./told-kind.ts";

/** Payload of {@link mismatchJob}. */
export interface MismatchPayload extends JobPayload {
  readonly matrix: MatrixConfig;
  readonly link: TestedLink;
  /** The link itself, or the baselines that send what its device says. */
  readonly tested: "link" | "baselines";
}

/** Baselines of every matrix: codes for the label, which a mismatch can hurt; a bound has none. */
export const matrixBaselines: readonly Baseline[] = [
  labelBaselines["label-code"],
  labelBaselines["repetition-qpsk"],
];

/** Job: measures one link, or the baselines on its device, under every condition of a matrix. */
export async function mismatchJob(payload: MismatchPayload, context: JobContext): Promise<void> {
  const { matrix, link, tested, folder } = payload;
  const { kind, student, codec } = link;
  const { data, runtime, seed, report, signal } = await openJobSetting(payload, context);
  const rng = rngFrom(seed).fold("evaluate");
  const images = randomSubset(data.test, matrix.images, rng.fold("matrix"));
  const { labels, count } = images;
  const weights = await loadWeights(link.folder);
  const numClasses = data.classNames.length;
  const shape = problemShape(data, weights.get("receiverHead.weight")!.length / numClasses);
  const network = linkNetwork(shape, { student, codec }, kind);
  const device = await runStudent(network, images, { data, shape, weights, runtime, signal });
  const encoder = exportModel(encoderModel(network, shape), weights, { name: `${kind}-encoder` });
  const receiver = exportModel(receiverModel(network, codec.lengths), weights, { name: `${kind}-decoder` });
  const opened = await openLink({ encoder, receiver }, codec.lengths, runtime);
  const systems: readonly TestedSystem[] =
    tested === "link"
      ? [linkSystem(kind, toldTrainedKinds(opened, codec.channels), device.embeddings, count)]
      : await Promise.all(
          matrixBaselines.map((baseline) => baselineSystem(baseline, { ...device, numClasses, images })),
        );
  const name = tested === "link" ? [link.run, kind].filter((part) => part !== undefined).join(" ") : tested;
  await measureConditions({
    folder,
    systems,
    channels: channelsOf(matrix.axes),
    setting: { labels, numClasses, esNoDb: matrix.esNoDb, numSymbols: matrix.numSymbols, rng, signal },
    onCondition: (done, total) => {
      report({ stage: `mismatch ${name}`, done, total });
    },
  });
  await opened.release();
}
