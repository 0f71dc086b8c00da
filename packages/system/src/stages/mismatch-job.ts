// SPDX-License-Identifier: Apache-2.0
import { exportModel, rngFrom } from "@semlink/engine";
import type { Baseline } from "../lines/baseline.ts";
import { labelBaselines } from "../lines/label/label-baselines.ts";
import { channelKinds } from "../channel/channel-kinds.ts";
import { openRadio } from "../channel/channel-spec.ts";
import type { Radio } from "../channel/radio.ts";
import type { ImageSet } from "../data/dataset.ts";
import { type LinkNetwork, linkNetwork, type ProblemShape } from "../link/networks.ts";
import { problemShape } from "./transfer.ts";
import { loadWeights } from "../train/node/phase-files.ts";
import type { MatrixConfig } from "../experiment.ts";
import { type DigitalLineName, isDigital } from "../lines/baseline-names.ts";
import { openLink } from "../link/link.ts";
import { encoderModel, receiverModel } from "../link/link-models.ts";
import { type JobPayload, type JobSetting, openJobSetting } from "./job-setting.ts";
import type { JobContext } from "./job-table.ts";
import { type DigitalDevice, type DigitalFolders, digitalLine, digitalOutputs } from "./digital-lines.ts";
import { runStudent } from "../evaluate/link-evaluation.ts";
import type { TestedLink } from "./links-of-run.ts";
import { channelsOf } from "../evaluate/mismatch/matrix-channels.ts";
import { measureConditions } from "../evaluate/mismatch/measure-conditions.ts";
import { randomSubset } from "../data/random-subset.ts";
import { baselineSystem, linkSystem, type TestedSystem } from "../evaluate/mismatch/tested-system.ts";
import { toldTrainedKinds } from "../evaluate/mismatch/told-kind.ts";

/** Payload of {@link mismatchJob}. */
export interface MismatchPayload extends JobPayload, DigitalFolders {
  readonly matrix: MatrixConfig;
  readonly link: TestedLink;
  /** The link itself, the codes for the label that its device decides for, or a digital line of that device. */
  readonly tested: "link" | "labels" | DigitalLineName;
}

/** The codes for the label among the lines of a matrix. */
export function matrixLabelLines({ baselines }: Pick<MatrixConfig, "baselines">): Baseline[] {
  return baselines.flatMap((name) => (isDigital(name) ? [] : [labelBaselines[name]]));
}

/**
 * What a digital transmitter takes a radio for: the simplest channel of its kind, with the best receiver. Like a codec, it is
 * told whether the channel fades and an Es/N0, and nothing else.
 */
export function simplestOfKind({ kindIndex }: Pick<Radio, "kindIndex">): Radio {
  return openRadio(channelKinds[kindIndex]!);
}

/** Job: measures one link, or a line on its device, under every condition of a matrix. */
export async function mismatchJob(payload: MismatchPayload, context: JobContext): Promise<void> {
  const { matrix, link, tested, folder } = payload;
  const { kind, student, codec } = link;
  const setting = await openJobSetting(payload, context);
  const { data, seed, report, signal } = setting;
  const rng = rngFrom(seed).fold("evaluate");
  const images = randomSubset(data.test, matrix.images, rng.fold("matrix"));
  const weights = await loadWeights(link.folder);
  const numClasses = data.classNames.length;
  const shape = problemShape(data, weights.get("receiverHead.weight")!.length / numClasses);
  const network = linkNetwork(shape, { student, codec }, kind);
  const systems = await testedSystems({ payload, setting, shape, network, weights, images });
  const name = tested === "link" ? [link.run, kind].filter((part) => part !== undefined).join(" ") : tested;
  const { labels } = images;
  await measureConditions({
    folder,
    systems,
    channels: channelsOf(matrix.axes),
    setting: { labels, numClasses, esNoDb: matrix.esNoDb, numSymbols: matrix.numSymbols, rng, signal },
    onCondition: (done, total) => {
      report({ stage: `mismatch ${name}`, done, total });
    },
  });
  for (const system of systems) await system.release?.();
}

interface Sender {
  readonly payload: MismatchPayload;
  readonly setting: JobSetting;
  readonly shape: ProblemShape;
  readonly network: LinkNetwork;
  readonly weights: ReadonlyMap<string, Float32Array>;
  readonly images: ImageSet;
}

async function testedSystems(sender: Sender): Promise<readonly TestedSystem[]> {
  const { tested } = sender.payload;
  if (tested === "labels") return testedLabels(sender);
  return [tested === "link" ? await testedLink(sender) : await testedDigital(sender, tested)];
}

async function testedLink({
  payload,
  setting,
  shape,
  network,
  weights,
  images,
}: Sender): Promise<TestedSystem> {
  const { kind, codec } = payload.link;
  const { embeddings } = await runStudent(network, images, { ...setting, shape, weights });
  const encoder = exportModel(encoderModel(network, shape), weights, { name: `${kind}-encoder` });
  const receiver = exportModel(receiverModel(network, codec.lengths), weights, { name: `${kind}-decoder` });
  const opened = await openLink({ encoder, receiver }, codec.lengths, setting.runtime);
  return linkSystem(kind, toldTrainedKinds(opened, codec.channels), embeddings, images.count);
}

async function testedLabels({
  payload,
  setting,
  shape,
  network,
  weights,
  images,
}: Sender): Promise<TestedSystem[]> {
  const { predictions } = await runStudent(network, images, { ...setting, shape, weights });
  const device = { numClasses: shape.numClasses, predictions };
  return Promise.all(matrixLabelLines(payload.matrix).map((line) => baselineSystem(line, device)));
}

async function testedDigital(
  { payload, images, ...sender }: Sender,
  name: DigitalLineName,
): Promise<TestedSystem> {
  const device: DigitalDevice = {
    ...{ ...payload, ...sender, planFor: simplestOfKind },
    formats: payload.experiment.evaluate.separation.formats,
    maxSymbols: payload.matrix.numSymbols,
  };
  const outputs = await digitalOutputs(name, device, images);
  const system = await baselineSystem(await digitalLine(name, device), outputs);
  return { ...system, ...(outputs.embeddings ? { embeddings: outputs.embeddings } : {}) };
}
