// SPDX-License-Identifier: Apache-2.0
import { rngFrom, SemlinkError } from "@semlink/engine";
import { type ImageSet, imagesFrom } from "../data/dataset.ts";
import { simplestOfKind, toldTrainedKinds } from "../evaluate/mismatch/default-axes.ts";
import { runDevice } from "../link/run-device.ts";
import { openLineLink, readLineCard, readLinkModel } from "../link/node/link-folder.ts";
import { digitalFeatures } from "../lines/digital/digital-features.ts";
import type { PlanFor, Selection } from "../lines/digital/digital-line.ts";
import { separation } from "../lines/digital/separation.ts";
import { exportedLine } from "../lines/learned/exported-line.ts";
import type { DeviceOutputs, Line } from "../lines/line.ts";
import { unlearnedLines } from "../lines/unlearned-lines.ts";
import type { LedgerRow } from "../results/results.ts";
import { loadWeights } from "../train/node/phase-files.ts";
import { readDevice } from "./device.ts";
import { openJudge } from "./judge.ts";
import type { LineSetting, LineSource } from "./line-source.ts";
import type { Place } from "./place.ts";

/** A line ready to be measured, with what the device hands to it. */
export interface OpenedLine {
  readonly line: Line;
  readonly device: DeviceOutputs;
  /** [count, embedDim] embeddings that the device sends, where the receiver has some to compare */
  readonly sent?: Float32Array;
  ledger(maxSymbols: number): readonly LedgerRow[];
}

/** Images of the validation set on which a line chooses its mode. */
const SELECTION_IMAGES = 500;
/** Images of the training set for axes and quantisers. */
const TRAINING_IMAGES = 5000;

/** Opens any kind of line on the items of a set. */
export async function openLine(source: LineSource, setting: LineSetting): Promise<OpenedLine> {
  if (source.kind === "learned") return openLearned(source, setting);
  if (source.kind === "digital") return openDigital(source, setting);
  const line = unlearnedLines[source.id];
  const device = await deviceOf(source.line, source.device, setting);
  return { line, device, ledger: (maxSymbols) => line.ledger({ numAnswers: device.numAnswers, maxSymbols }) };
}

async function openLearned(
  { line: ref, device: ofDevice }: Extract<LineSource, { kind: "learned" }>,
  setting: LineSetting,
): Promise<OpenedLine> {
  const { at, task, sizes, runtime, points } = setting;
  const folder = at.folderOf(ref);
  const { card, role, ledger } = await readLineCard(folder);
  const device = await deviceOf(ref, ofDevice, setting);
  const opened = await openLineLink(folder, runtime);
  const link = points.isMismatch ? toldTrainedKinds(opened) : opened;
  const source = device.embeddings!;
  return {
    line: {
      name: card.line,
      label: card.label,
      role,
      declares: {
        power: card.power,
        reception: card.reception,
        lengths: card.lengths,
        receives: card.embedDim > 0 ? ["decision", "embedding"] : ["decision"],
      },
      supports: () => true,
      prepare: async () => exportedLine(link, { source, count: setting.set.count, task, sizes }),
      ledger: () => ledger,
    },
    device,
    ...(card.embedDim > 0 ? { sent: source } : {}),
    ledger: () => ledger,
  };
}

async function openDigital(
  source: Extract<LineSource, { kind: "digital" }>,
  setting: LineSetting,
): Promise<OpenedLine> {
  const { at, data, set, task, sizes, points, seed } = setting;
  const chosen = firstOf(data.validation, SELECTION_IMAGES);
  const rng = rngFrom(seed).fold("baseline");
  const planFor: { planFor?: PlanFor } = points.isMismatch ? { planFor: simplestOfKind } : {};
  const figure = task.figures(sizes)[0]!;
  const selectionOf = (device: DeviceOutputs): Selection => {
    return { device, truth: { set: chosen, sizes }, figure };
  };
  if (source.id.startsWith("separation-")) {
    const judge = await openJudge(source, setting);
    const imagesOf = (images: ImageSet): DeviceOutputs => {
      return { images, numAnswers: task.answerDim(sizes), decisions: new Uint8Array(images.count) };
    };
    const line = separation({
      ...planFor,
      formats: source.formats,
      maxSymbols: Math.max(...points.lengths),
      selection: selectionOf(imagesOf(chosen)),
      rng: rng.fold("separation"),
      ...judge,
    });
    const device = imagesOf(set);
    return {
      line,
      device,
      ledger: (maxSymbols) => line.ledger({ numAnswers: device.numAnswers, maxSymbols }),
    };
  }
  const device = await deviceOf(source.line, null, setting);
  const training = await deviceOf(source.line, null, {
    ...setting,
    set: firstOf(data.train, TRAINING_IMAGES),
  });
  const head = await deviceHead(at.folderOf(source.line));
  const lines = digitalFeatures({
    ...planFor,
    trainingEmbeddings: training.embeddings!,
    embedDim: device.embeddings!.length / set.count,
    head,
    decide: (answers) => task.decide(answers, sizes),
    selection: selectionOf(await deviceOf(source.line, null, { ...setting, set: chosen })),
    rng: rng.fold("digital-features"),
  });
  const line = lines.find(({ name }) => name === source.id)!;
  return {
    line,
    device,
    sent: device.embeddings!,
    ledger: (maxSymbols) => line.ledger({ numAnswers: device.numAnswers, maxSymbols }),
  };
}

/**
 * The linear map by which the device of a line answers.
 *
 * @throws SemlinkError "missing-output" when the line has none of this name
 */
async function deviceHead(folder: string): Promise<{ weight: Float32Array; bias: Float32Array }> {
  const weights = await loadWeights(folder);
  const [weight, bias] = [weights.get("head.weight"), weights.get("head.bias")];
  if (weight && bias) return { weight, bias };
  const { card } = await readLineCard(folder);
  throw new SemlinkError({
    code: "missing-output",
    where: `line ${card.line}`,
    expected: "a linear head of its device, the layer `head` of its network",
    actual: "none",
    hint: "leave digital-features out of evaluate.baselines, or put cat or film-mlp first in `lines`",
  });
}

/** What the device of a trained line has of a set: from its stage where that is the whole split, else run now. */
async function deviceOf(
  line: Parameters<Place["folderOf"]>[0],
  device: Parameters<Place["folderOf"]>[0] | null,
  { at, set, task, sizes, runtime }: Pick<LineSetting, "at" | "set" | "task" | "sizes" | "runtime">,
): Promise<DeviceOutputs> {
  const numAnswers = task.answerDim(sizes);
  if (device !== null) {
    const { features, decisions } = await readDevice(at.folderOf(device));
    return { numAnswers, decisions: decisions ?? new Uint8Array(set.count), embeddings: features };
  }
  const model = await readLinkModel(at.folderOf(line), "device");
  const { features, answers } = await runDevice(model, set, { runtime, signal: at.signal });
  const decisions = answers ? task.decide(answers, sizes) : new Uint8Array(set.count);
  return { numAnswers, decisions, embeddings: features };
}

function firstOf(set: ImageSet, count: number): ImageSet {
  return imagesFrom(set, 0, Math.min(count, set.count));
}
