// SPDX-License-Identifier: Apache-2.0
import { graphCost, nameTree } from "@semlink/engine";
import { writeFileAtomic } from "@semlink/engine/node";
import { join } from "node:path";
import { makeFolder } from "../store/folders.ts";
import { channelKinds } from "../channel/channel-model.ts";
import type { CodecConfig } from "../codec/codec-config.ts";
import type { Dataset } from "../data/dataset.ts";
import { exportLink, linkModels, type LinkModels } from "../link/export-link.ts";
import { type LinkCard, linkConventions } from "../link/link-card.ts";
import { type LineCard, LINE_FILES, readLineCard } from "../link/node/link-folder.ts";
import type { LearnedLine, LineProblem } from "../lines/learned/learned-line.ts";
import type { LearnedLineSpec } from "../lines/learned/line-spec.ts";
import { openLearnedLine } from "../lines/node/own-lines.ts";
import type { LedgerRow } from "../results/results.ts";
import type { Ref } from "../run/inputs.ts";
import { defineStage, type Stage } from "../run/stage.ts";
import type { StudentConfig } from "../student/student-config.ts";
import { taskNamed } from "../task/tasks.ts";
import { readTargetBank } from "../teacher/node/target-files.ts";
import { loadWeights, saveWeights } from "../train/node/phase-files.ts";
import { trainPhases } from "../train/phase.ts";
import type { RobustConfig } from "../train/robust-config.ts";
import { primitivesOf } from "./student.ts";
import {
  type DataRef,
  openData,
  openRadios,
  openRuntime,
  type Place,
  type RuntimeConfig,
  type Settings,
  trainingPlace,
} from "./place.ts";

/** All that a learned line depends on. */
export interface LineInputs {
  readonly data: DataRef;
  readonly task: string;
  readonly line: LearnedLineSpec;
  /** The teacher's outputs; null for a line that learns from the truth alone. */
  readonly targets: { readonly bank: Ref; readonly numViews: number } | null;
  /** Weights of stage 1 that the line starts from. */
  readonly start: Ref;
  readonly student: StudentConfig;
  readonly embedDim: number;
  readonly code: Pick<CodecConfig, "lengths" | "esNoDb" | "cleanFraction" | "sandwichFraction" | "channels">;
  /** The condition vectors hold one place for each kind of channel. */
  readonly channelKinds: readonly string[];
  readonly robust: RobustConfig;
  readonly seed: number;
  readonly runtime: RuntimeConfig;
}

/**
 * Stage 2 for one learned line, then its export: what is measured, shipped and shown afterwards is the exported link, and
 * nothing behind this stage needs to know how it was trained.
 */
export const lineStage: Stage<LineInputs, LineCard, Settings> = defineStage({
  name: "line",
  folderName: ({ line }) => `line-${line.line}`,
  version: 1,
  maxCores: ({ robust }) => Math.max(robust.phaseA.shards, robust.phaseB.shards),
  async produce(inputs, at) {
    const { line, start, targets, seed } = inputs;
    const learned = openLearnedLine(line, at.settings.modules);
    const data = await openData(inputs.data, at);
    const problem = await problemOf(inputs, data, at);
    const network = learned.network(problem, line.settings);
    nameTree(network);
    const taught = await loadWeights(at.folderOf(start));
    const weights = learned.start?.(taught, line.settings) ?? taught;
    const runtime = await openRuntime(inputs.runtime);
    const place = trainingPlace(at, runtime);
    const bank = targets && (await readTargetBank(at.folderOf(targets.bank), targets.numViews));
    const material = { data, targets: bank, start: weights, seed, place };
    const trained = await trainPhases(
      learned.phases(network, problem, line.settings, material),
      weights,
      place,
    );
    await saveWeights(at.folder, network, trained);
    await exportInto(at.folder, { learned, inputs, data, problem, network, weights: trained });
  },
  read: readLineCard,
});

async function problemOf(inputs: LineInputs, data: Dataset, at: Place): Promise<LineProblem> {
  const { student, embedDim, code, robust } = inputs;
  const { channels, height, width } = data.train;
  const task = taskNamed(inputs.task);
  return {
    task,
    sizes: task.sizes(data),
    imageShape: [channels, height, width],
    embedDim,
    student,
    primitives: primitivesOf(student, at),
    code,
    radios: openRadios(code.channels, at),
    robust,
  };
}

interface TrainedLine {
  readonly learned: LearnedLine;
  readonly inputs: LineInputs;
  readonly data: Dataset;
  readonly problem: LineProblem;
  readonly network: object;
  readonly weights: ReadonlyMap<string, Float32Array>;
}

async function exportInto(folder: string, trained: TrainedLine): Promise<void> {
  const { learned, inputs, data, problem, network, weights } = trained;
  const { line, code } = inputs;
  const { settings } = line;
  const link = learned.graph(network, problem, settings);
  const { receives, ...declared } = learned.declares(settings);
  const power = declared.power === "peak" ? "peak" : "unit";
  const card: LinkCard = {
    format: "semlink-link/1",
    line: line.id,
    label: line.label ?? learned.label(settings),
    task: problem.task.name,
    images: { shape: problem.imageShape, range: [0, 255], mean: data.mean, std: data.std },
    lengths: code.lengths,
    power,
    reception: link.reception,
    channelKinds,
    trained: {
      channels: problem.radios.map(({ name }) => name),
      kinds: [...new Set(problem.radios.map(({ kindIndex }) => channelKinds[kindIndex]!))],
      esNoDb: { min: code.esNoDb.min, max: code.esNoDb.max },
    },
    answer: { output: problem.task.answer, names: data.classNames },
    embedDim: receives.includes("embedding") ? problem.embedDim : 0,
    conventions: linkConventions({ power, reception: link.reception }),
    provenance: { seed: inputs.seed, data: data.digest, start: inputs.start.artifact },
  };
  const sizes = {
    images: card.images,
    lengths: code.lengths,
    channelKinds,
    featureDim: problem.embedDim,
    answer: card.answer.output,
  };
  const models = linkModels(network, link, sizes);
  const files = exportLink(models, weights, card);
  await makeFolder(join(folder, LINE_FILES.folder));
  for (const [part, bytes] of Object.entries(files)) {
    await writeFileAtomic(join(folder, LINE_FILES.folder, `${part}.onnx`), bytes);
  }
  const lineCard: LineCard = { card, role: learned.role, ledger: ledgerOf(card, models) };
  await writeFileAtomic(join(folder, LINE_FILES.card), `${JSON.stringify(lineCard, null, 2)}\n`);
}

/** What every part costs for one image; the receiver for one decoding of one length. */
function ledgerOf({ line }: LinkCard, { device, encoder, receiver }: LinkModels): LedgerRow[] {
  const { features } = device;
  return [
    {
      line,
      part: `${line} device (semantic encoder)`,
      side: "device",
      ...graphCost({ features: features! }),
    },
    { line, part: `${line} channel encoder`, side: "device", ...graphCost(encoder) },
    { line, part: `${line} channel decoder and head`, side: "receiver", ...graphCost(receiver) },
  ];
}
