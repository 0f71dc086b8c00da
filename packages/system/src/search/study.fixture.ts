// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { genotypeCost } from "../cells/cost.ts";
import type { Genotype } from "../cells/genotype.ts";
import { k7, knownPrimitives } from "../cells/primitive-sets.ts";
import type { ExperimentInput } from "../experiment.ts";
import { defineExperiment } from "../experiment.ts";
import type { StudentSizes } from "./controls/equal-macs.ts";
import type { SearchEpoch } from "./search-results.ts";
import { randomGenotype } from "./select/genotype-draws.ts";
import type { TrialRequest } from "./select/successive-halving.ts";
import type { FinishedSearch, SearchRequest, StudySetting } from "./study-setting.ts";
import { searchesOf } from "./study-setting.ts";
import { contentHash } from "../store/canonical-json.ts";
import type { FigureInfo } from "../results/figures.ts";

/** What trials of a {@link plannedStudy} measure. */
const FIGURES: readonly FigureInfo[] = [
  { id: "accuracy", label: "accuracy", meaning: "planted", unit: "1", isShare: true, chance: null },
  { id: "embeddingR2", label: "embedding R²", meaning: "planted", unit: "1", isShare: false, chance: null },
];

/** Seconds that searches and trials of a {@link plannedStudy} take; nothing but reported times may depend on them. */
export interface PlannedTimes {
  readonly searchS: number;
  readonly trialS: number;
}

/** A study whose trials are not run: a known function says how good a student is. */
export interface PlannedStudy {
  readonly setting: StudySetting;
  /** Trials in the order in which they were asked for. */
  readonly requests: readonly TrialRequest[];
}

/** Quality of a genotype that is planted: the share of its edges that are full 3x3 convolutions. */
export function plantedQuality({ normal, reduce }: Genotype): number {
  const edges = [...normal, ...reduce].flat();
  return edges.filter(({ primitive }) => primitive === "conv_3x3").length / edges.length;
}

/**
 * A study with planted qualities.
 *
 * @param fails - trials that fail
 * @param times - by default 25 s and 10 s
 */
export function plannedStudy(
  changes: ExperimentInput["search"] = {},
  fails: (request: TrialRequest) => boolean = () => false,
  times: PlannedTimes = { searchS: 25, trialS: 10 },
): PlannedStudy {
  const { search, student: base, seed } = defineExperiment({ name: "planned", search: changes });
  const shape = { imageShape: [3, 32, 32], embedDim: 16 } as const;
  const sizes: StudentSizes = { ...search.student, shape, base, primitives: [...k7, ...knownPrimitives] };
  const requests: TrialRequest[] = [];
  const setting: StudySetting = {
    search,
    seed,
    sizes,
    numTrainImages: 50_000,
    figures: FIGURES,
    searches: searchesOf(search, seed).map((request) => finishedSearch(request, sizes, times.searchS)),
    runTrial(request) {
      requests.push(request);
      if (fails(request)) return Promise.resolve({ failure: "planted", durationS: times.trialS });
      const { genotype } = request.student.cells;
      const isCells = request.student.architecture === "cells" && typeof genotype !== "string";
      const quality = isCells ? 0.3 + 0.5 * plantedQuality(genotype) : 0.4;
      const name = contentHash(request.student);
      const draws = rngFrom(request.seed).fold(name).uniform(400);
      const outcomes = Float32Array.from(draws, (draw) => Number(draw < quality));
      const accuracy = outcomes.reduce((sum, flag) => sum + flag, 0) / outcomes.length;
      const figures = { accuracy, ...(request.measuredOn === "test" && { embeddingR2: quality }) };
      return Promise.resolve({ figures, outcomes, durationS: times.trialS });
    },
    measureLatencies: (students) =>
      Promise.resolve(
        students.map(({ architecture, widths }) => (architecture === "cells" ? 3 : widths[0]! / 16)),
      ),
    report: () => undefined,
  };
  return { setting, requests };
}

/** A search that is done, with drawn genotypes and strengths that favour convolutions. */
function finishedSearch(request: SearchRequest, sizes: StudentSizes, durationS: number): FinishedSearch {
  const { id, label, config, seed } = request;
  const { numCellNodes } = config;
  const rng = rngFrom(seed).fold(id);
  const numEdges = (numCellNodes * (numCellNodes + 3)) / 2;
  const rows = Array.from({ length: numEdges }, () => k7.map((_, column) => (column + 1) / 28));
  const cost = {
    ...sizes,
    numCellNodes,
    inChannels: 3,
    head: { embedDim: 16 },
    imageHeight: 32,
    imageWidth: 32,
  };
  const epochs = Array.from({ length: config.epochs }, (_, epoch): SearchEpoch => {
    const genotype = randomGenotype({ primitives: k7, numCellNodes }, rng.fold(epoch));
    return {
      epoch,
      lowerLoss: 1,
      upperLoss: 1,
      oneShot: 0.2,
      complexityWeight: 0.05,
      numChanges: 0,
      entropy: { normal: 1, reduce: 1 },
      expected: { macs: 1, params: 1 },
      gradientNorm: { task: 1, penalty: 1 },
      strengths: { normal: rows, reduce: rows },
      genotype,
      derived: genotypeCost(genotype, cost, k7),
      alarms: [],
    };
  });
  return {
    request,
    trace: { id, label, config, seed, epochs, genotype: epochs.at(-1)!.genotype, durationS },
    primitives: k7,
    oneShotFigures: (genotypes) => Promise.resolve(genotypes.map((genotype) => plantedQuality(genotype) / 2)),
  };
}
