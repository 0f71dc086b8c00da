// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import { linkNetwork } from "../link/networks.ts";
import { problemShape } from "./transfer.ts";
import { loadWeights } from "../train/node/phase-files.ts";
import { openJobSetting } from "./job-setting.ts";
import type { JobContext } from "./job-table.ts";
import { type LineOptions, measureAtPoints } from "../evaluate/assemble-results.ts";
import {
  BASELINE_FILES,
  type EvaluateBaselinePayload,
  ledgerOfBaseline,
  writeBaselineCard,
} from "./baseline.ts";
import { type DigitalDevice, digitalLine, digitalOutputs } from "./digital-lines.ts";
import { writeMeasured } from "../evaluate/measured-file.ts";

/** Job: measures a digital baseline on the test images with the fine-tuned student of a link. */
export async function evaluateBaselineJob(
  payload: EvaluateBaselinePayload,
  context: JobContext,
): Promise<void> {
  const { experiment, folder, name, linkFolder, embedDim } = payload;
  const { evaluate, codec } = experiment;
  const setting = await openJobSetting(payload, context);
  const { data, seed, report, signal } = setting;
  const shape = problemShape(data, embedDim);
  const device: DigitalDevice = {
    ...payload,
    ...{ setting, shape, formats: evaluate.separation.formats },
    maxSymbols: Math.max(...evaluate.lengths),
    network: linkNetwork(shape, experiment, codec.kinds[0]!),
    weights: await loadWeights(linkFolder),
  };
  const options: LineOptions = {
    evaluate,
    labels: data.test.labels,
    numClasses: shape.numClasses,
    numSourceValues: shape.imageShape.reduce((product, size) => product * size, 1),
    ...{ seed, signal },
    onPoint(done, total) {
      report({ stage: `baseline ${name}`, done, total });
    },
  };
  const baseline = await digitalLine(name, device);
  const measured = await measureAtPoints(baseline, await digitalOutputs(name, device, data.test), options);
  await writeMeasured(join(folder, BASELINE_FILES.measured), measured);
  const { label, role } = baseline;
  await writeBaselineCard(folder, { id: name, label, role, ledger: ledgerOfBaseline(baseline, options) });
}
