// SPDX-License-Identifier: Apache-2.0
// SYNTHETIC NUMBERS for tests of the report. Nothing in this file was measured; no value may be quoted.
import { studentConfigSchema } from "../../student/student-config.ts";
import { proposalOf, proposalPart, searchConfigSchema } from "../../search/search-config.ts";
import { FIGURES_OF_VERSION_1 } from "../../search/search-results-1.ts";
import { cellEdges } from "../../cells/cell-plan.ts";
import type { Genotype } from "../../cells/genotype.ts";
import { k7 } from "../../cells/primitive-sets.ts";
import type {
  Architecture,
  ArchitectureOrigin,
  SearchEpoch,
  SearchResults,
  SearchTrace,
  Trial,
} from "../../search/search-results.ts";

const PRIMITIVES = k7.map(({ name }) => name);
const NUM_EPOCHS = 10;
const WARMUP = 3;

/** A genotype of three cell nodes, with a chain as deep as it gets. */
export const SMALL_GENOTYPE: Genotype = {
  normal: [
    [
      { primitive: "conv_3x3", from: 0 },
      { primitive: "sep_conv_3x3", from: 1 },
    ],
    [
      { primitive: "skip_connect", from: 0 },
      { primitive: "conv_1x1", from: 2 },
    ],
    [
      { primitive: "dil_conv_3x3", from: 1 },
      { primitive: "conv_3x3", from: 3 },
    ],
  ],
  reduce: [
    [
      { primitive: "avg_pool_3x3", from: 0 },
      { primitive: "conv_3x3", from: 1 },
    ],
    [
      { primitive: "conv_1x1", from: 0 },
      { primitive: "sep_conv_3x3", from: 1 },
    ],
    [
      { primitive: "skip_connect", from: 2 },
      { primitive: "conv_3x3", from: 3 },
    ],
  ],
};

/** The genotype of DARTS's second-order search, as its authors published it: four cell nodes. */
export const DARTS_V2: Genotype = {
  normal: [
    [
      { primitive: "sep_conv_3x3", from: 0 },
      { primitive: "sep_conv_3x3", from: 1 },
    ],
    [
      { primitive: "sep_conv_3x3", from: 0 },
      { primitive: "sep_conv_3x3", from: 1 },
    ],
    [
      { primitive: "sep_conv_3x3", from: 1 },
      { primitive: "skip_connect", from: 0 },
    ],
    [
      { primitive: "skip_connect", from: 0 },
      { primitive: "dil_conv_3x3", from: 2 },
    ],
  ],
  reduce: [
    [
      { primitive: "max_pool_3x3", from: 0 },
      { primitive: "max_pool_3x3", from: 1 },
    ],
    [
      { primitive: "skip_connect", from: 2 },
      { primitive: "max_pool_3x3", from: 1 },
    ],
    [
      { primitive: "max_pool_3x3", from: 0 },
      { primitive: "skip_connect", from: 2 },
    ],
    [
      { primitive: "skip_connect", from: 2 },
      { primitive: "max_pool_3x3", from: 1 },
    ],
  ],
};

/** Made-up share of an edge: between 0 and 1, different for each address, and calmer from epoch to epoch. */
function wave(...address: readonly number[]): number {
  return 0.5 + 0.5 * Math.sin(address.reduce((sum, value, i) => sum + value * (1.7 + i), 0.3));
}

function strengthsAt(epoch: number, cell: number): number[][] {
  return cellEdges(SMALL_GENOTYPE.normal.length).map((_, edge) => {
    const sharpness = 0.2 + 0.35 * epoch;
    const scores = PRIMITIVES.map((_, primitive) => Math.exp(sharpness * wave(edge, primitive, cell)));
    const sum = scores.reduce((total, score) => total + score, 0);
    return scores.map((score) => (0.4 * score) / sum);
  });
}

function epochAt(epoch: number): SearchEpoch {
  const isWarm = epoch >= WARMUP;
  return {
    epoch,
    lowerLoss: 1.9 * Math.exp(-epoch / 8),
    upperLoss: 1.95 * Math.exp(-epoch / 9),
    oneShot: 0.62 - 0.4 * Math.exp(-epoch / 4),
    entropy: { normal: 1.95 - 0.04 * epoch, reduce: 1.95 - 0.03 * epoch },
    expected: { macs: 16e6 - 2e5 * epoch, params: 230e3 - 2e3 * epoch },
    complexityWeight: 0.05,
    gradientNorm: isWarm ? { task: 0.01 + 0.002 * epoch, penalty: 0.003 } : { task: 0, penalty: 0 },
    strengths: { normal: strengthsAt(epoch, 0), reduce: strengthsAt(epoch, 1) },
    genotype: SMALL_GENOTYPE,
    derived: { macs: 13.8e6 + 4e5 * (epoch % 3), params: 211e3 },
    numChanges: isWarm ? Math.max(0, 8 - epoch) : 0,
    alarms: epoch === NUM_EPOCHS - 1 ? ["normal cell: skips on more than half of the edges"] : [],
  };
}

function traceOf(id: string, label: string, overrides: object = {}): SearchTrace {
  return {
    id,
    label,
    seed: 1,
    genotype: SMALL_GENOTYPE,
    durationS: 240,
    config: proposalOf(proposalPart(searchConfigSchema.parse({})), overrides),
    epochs: Array.from({ length: NUM_EPOCHS }, (_, epoch) => epochAt(epoch)),
  };
}

const student = studentConfigSchema.parse({});

function architecture(id: string, label: string, origin: ArchitectureOrigin, macs: number): Architecture {
  const isHandMade = origin === "residual-cnn" || origin === "plain-cnn";
  return {
    id,
    label,
    origin,
    student,
    macs,
    params: Math.round(macs / 65),
    genotype: isHandMade ? null : SMALL_GENOTYPE,
    latencyMs: 0.4 + macs / 2e7 + (isHandMade ? 0 : 0.9),
    proposedBy: isHandMade || origin === "random" ? null : { trace: origin === "kdl" ? "kdl" : id, epoch: 9 },
    oneShot: origin === "kdl" ? 0.58 : null,
  };
}

const RANDOM_ACCURACIES = [0.722, 0.728, 0.733, 0.738, 0.741, 0.744, 0.749, 0.754];

/** Every kind of architecture with its accuracy, by seed when it is a list. */
const MEASURED: readonly (readonly [Architecture, readonly number[]])[] = [
  [architecture("kdl-1", "KDL-DARTS, epoch 9", "kdl", 13.9e6), [0.756, 0.759, 0.757]],
  [architecture("kdl-2", "KDL-DARTS, epoch 7", "kdl", 14.1e6), [0.748, 0.751, 0.747]],
  [architecture("ce", "DARTS without KD", "ce", 13.7e6), [0.738, 0.742, 0.735]],
  [architecture("no-penalty", "KDL-DARTS without penalty", "no-penalty", 14.3e6), [0.744, 0.747, 0.743]],
  [architecture("weight-0.5", "KDL-DARTS, weight 0.5", "variant", 7.9e6), [0.72, 0.724, 0.721]],
  [architecture("weight-0", "KDL-DARTS, 32 channels", "variant", 38e6), [0.786, 0.789, 0.784]],
  [architecture("residual", "Residual CNN, equal MACs", "residual-cnn", 14e6), [0.742, 0.745, 0.741]],
  [architecture("plain", "Plain CNN, equal MACs", "plain-cnn", 14e6), [0.737, 0.735, 0.739]],
  [architecture("random-best", "Random 9", "random", 14.2e6), [0.752, 0.755, 0.753]],
  ...RANDOM_ACCURACIES.map((accuracy, index) => {
    const macs = 13.2e6 + 2e5 * index;
    return [architecture(`random-${index}`, `Random ${index}`, "random", macs), [accuracy]] as const;
  }),
];

function trial(of: string, seed: number, accuracy: number | null, partial: Partial<Trial> = {}): Trial {
  return {
    architecture: of,
    seed,
    figures: accuracy === null ? {} : { accuracy, embeddingR2: accuracy - 0.2 },
    budget: { numImages: 20_000, epochs: 3 },
    measuredOn: "test",
    durationS: 60,
    failure: accuracy === null ? "loss is not finite" : null,
    ...partial,
  };
}

/** A complete search with made-up numbers: every origin, two pools, a failed trial, all signs of differences. */
export function syntheticSearch(): SearchResults {
  const short = { budget: { numImages: 5000, epochs: 2 }, measuredOn: "validation", durationS: 16 } as const;
  const longer = { ...short, budget: { numImages: 10_000, epochs: 2 }, durationS: 30 };
  const rounds = (first: string, second: string): SearchResults["selections"][number]["rounds"] => [
    {
      budget: short.budget,
      trials: [trial(first, 0, 0.62, short), trial(second, 0, 0.6, short), trial("kdl-3", 0, null, short)],
      kept: [first, second],
    },
    {
      budget: longer.budget,
      trials: [trial(first, 0, 0.7, longer), trial(second, 0, 0.68, longer)],
      kept: [first],
    },
  ];
  const randomIds = RANDOM_ACCURACIES.map((_, index) => `random-${index}`);
  return {
    schema: "semlink-search/2",
    name: "synthetic numbers, not measured",
    provenance: {
      command: "none",
      commit: "none",
      version: "0.0.0",
      node: "none",
      onnxruntime: "none",
      executionProvider: "none",
      kernels: "none",
      cpu: "none",
      cores: 2,
      memoryGiB: 8,
      platform: "none",
      seed: 1,
      configHash: "none",
      startedAt: "2000-01-01T00:00:00Z",
      durationS: 900,
      peakMemoryMiB: 800,
      stages: [{ stage: "search-kdl", durationS: 240, cached: false }],
    },
    figures: FIGURES_OF_VERSION_1,
    primitives: PRIMITIVES,
    traces: [
      traceOf("kdl", "KDL-DARTS"),
      traceOf("ce", "DARTS without KD", { useTeacher: false }),
      traceOf("no-penalty", "KDL-DARTS without penalty", { complexity: { weight: 0 } }),
    ],
    architectures: [
      ...MEASURED.map(([each]) => each),
      architecture("kdl-3", "KDL-DARTS, epoch 5", "kdl", 14e6),
    ],
    selections: [
      {
        pool: "kdl",
        rounds: rounds("kdl-1", "kdl-2"),
        chosen: "kdl-1",
        searchMacs: 240e10,
        trialsMacs: 364e10,
        searchS: 240,
        trialsS: 124,
      },
      {
        pool: "random",
        rounds: rounds("random-best", "random-0"),
        chosen: "random-best",
        searchMacs: 0e10,
        trialsMacs: 364e10,
        searchS: 0,
        trialsS: 364,
      },
    ],
    finals: MEASURED.flatMap(([{ id }, accuracies]) =>
      accuracies.map((value, seed) => trial(id, seed, value)),
    ),
    comparisons: [
      comparison("chosen - random mean", ["kdl-1"], randomIds, 0.0186, 0.008),
      comparison("chosen - random selected", ["kdl-1"], ["random-best"], 0.004, 0.006),
      comparison("chosen - residual", ["kdl-1"], ["residual"], 0.0147, 0.005),
      comparison("weight 0.5 - plain", ["weight-0.5"], ["plain"], -0.015, 0.004),
    ],
    correlations: [
      {
        between: "first-round accuracy",
        and: "final accuracy",
        spearman: { value: 0.75, low: 0.3, high: 0.93, n: 12 },
      },
      {
        between: "one-shot accuracy",
        and: "final accuracy",
        spearman: { value: 0.1, low: -0.5, high: 0.63, n: 12 },
      },
    ],
    chosen: "kdl-1",
  };
}

function comparison(
  label: string,
  minuend: readonly string[],
  subtrahend: readonly string[],
  value: number,
  halfWidth: number,
): SearchResults["comparisons"][number] {
  const difference = { value, low: value - halfWidth, high: value + halfWidth, n: 3 };
  return { label, minuend, subtrahend, difference, method: "made up" };
}
