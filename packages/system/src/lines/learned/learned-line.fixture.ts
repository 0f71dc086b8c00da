// SPDX-License-Identifier: Apache-2.0
import { nameTree } from "@semlink/engine";
import { nodeRuntime } from "@semlink/engine/node";
import { join } from "node:path";
import { channelKinds } from "../../channel/channel-model.ts";
import { exportLink, linkModels, type LinkModels } from "../../link/export-link.ts";
import type { LinkCard } from "../../link/link-card.ts";
import { tinyCard } from "../../link/link-card.fixture.ts";
import type { LinkGraph } from "../../link/link-graph.ts";
import { type Link, openLink } from "../../link/link.ts";
import { tinyProblem, type TinyProblem } from "../../link/tiny-problem.fixture.ts";
import { drawnWeights } from "../../open-graph.fixture.ts";
import { studentEncoder } from "../../student/student-encoder.ts";
import { phaseFiles } from "../../train/node/phase-files.ts";
import { trainPhases, type Weights } from "../../train/phase.ts";
import type { RobustConfig } from "../../train/robust-config.ts";
import { watchedRuntime, type WatchedRuntime } from "../../train/watched-runtime.fixture.ts";
import type { LearnedLine, LineProblem } from "./learned-line.ts";

/** A learned line with settings that make it small. */
export interface LearnedCase {
  readonly title: string;
  readonly line: LearnedLine;
  /** As a configuration writes them; such that every step of a phase is as hard as the others, so that losses compare. */
  readonly settings: object;
}

/** A learned line on the tiny problem. */
export interface OpenedLine {
  readonly tiny: TinyProblem;
  readonly settings: unknown;
  readonly network: object;
  readonly graph: LinkGraph;
  /** Drawn values of all parameters. */
  readonly weights: Weights;
  readonly models: LinkModels;
  readonly card: LinkCard;
  readonly files: Readonly<Record<keyof LinkModels, Uint8Array>>;
  /** The exported link from its encoder on. */
  open(): Promise<Link>;
}

/** Opens a learned line with drawn weights, and exports it. */
export function openLearned({ line, settings: written }: LearnedCase): OpenedLine {
  const tiny = tinyProblem();
  const { problem, data } = tiny;
  const settings = line.settings.parse(written);
  const network = line.network(problem, settings);
  const weights = drawnWeights(network, 2);
  const graph = line.graph(network, problem, settings);
  const { power, reception, receives } = line.declares(settings);
  const card = tinyCard({
    line: line.name,
    label: line.label(settings),
    images: { shape: problem.imageShape, range: [0, 255], mean: data.mean, std: data.std },
    lengths: problem.code.lengths,
    power: power === "peak" ? "peak" : "unit",
    reception,
    embedDim: receives.includes("embedding") ? problem.embedDim : 0,
  });
  const models = linkModels(network, graph, {
    images: card.images,
    lengths: card.lengths,
    channelKinds,
    featureDim: problem.embedDim,
    answer: card.answer.output,
  });
  const files = exportLink(models, weights, card);
  return {
    tiny,
    settings,
    network,
    graph,
    weights,
    models,
    card,
    files,
    open: async () =>
      openLink({ sender: files.encoder, receiver: files.receiver }, await nodeRuntime({ intraOpThreads: 1 })),
  };
}

/** Weights of stage 1 on the tiny problem: drawn, as no law asks what they know. */
export function stageOneWeights({ problem }: TinyProblem): Weights {
  const { student, primitives, task, embedDim, sizes } = problem;
  return drawnWeights(
    { student: studentEncoder(student, problem, primitives), head: task.head(embedDim, sizes, null) },
    1,
  );
}

/** How a line is trained on the tiny problem. */
export interface TrainSetting {
  readonly folder: string;
  readonly robust?: Partial<RobustConfig>;
  readonly watched?: WatchedRuntime;
  readonly isTaught?: boolean;
}

/** A trained line, and what it was trained from. */
export interface Trained {
  readonly network: object;
  readonly start: Weights;
  readonly weights: Weights;
}

/** Trains a line as its stage does, each phase in a folder of its name. */
export async function trainLearned(tested: LearnedCase, setting: TrainSetting): Promise<Trained> {
  const { line } = tested;
  const { folder, robust, isTaught = true, watched = await watchedRuntime() } = setting;
  const tiny = tinyProblem();
  const problem: LineProblem = { ...tiny.problem, robust: { ...tiny.problem.robust, ...robust } };
  const settings = line.settings.parse(tested.settings);
  const network = line.network(problem, settings);
  nameTree(network);
  const taught = stageOneWeights(tiny);
  const start = line.start?.(taught, settings) ?? taught;
  const place = {
    runtime: watched.runtime,
    cores: { count: 1 },
    detectAnomaly: false,
    report: () => undefined,
    signal: watched.signal,
    phase: (name: string) => phaseFiles(join(folder, name)),
  };
  const material = { data: tiny.data, targets: isTaught ? tiny.targets : null, start, seed: 1, place };
  const weights = await trainPhases(line.phases(network, problem, settings, material), start, place);
  return { network, start, weights };
}
