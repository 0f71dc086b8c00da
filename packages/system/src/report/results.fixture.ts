// SPDX-License-Identifier: Apache-2.0
// SYNTHETIC NUMBERS for tests of the report. Nothing in this file was measured; no value may be quoted.
import { CLEAN_FIGURES } from "../results/figures.ts";
import {
  type ChannelInfo,
  type ChannelUses,
  type Comparison,
  type Curve,
  type FigureInfo,
  type LedgerRow,
  type LineRole,
  type Measured,
  type Point,
  type Results,
  TEACHER_WORTH,
} from "../results/results.ts";

/** What a synthetic result contains; tests leave parts out. */
interface FixtureOptions {
  readonly lengths?: readonly number[];
  readonly esNoDb?: readonly number[];
  readonly channels?: readonly string[];
  readonly numImages?: number;
}

interface SyntheticLine {
  readonly id: string;
  readonly label: string;
  readonly role: LineRole;
  /** Shift against the link [dB] and deficit on the plateau, to keep the lines apart. */
  readonly shiftDb: number;
  readonly deficit: number;
  readonly hasEmbedding: boolean;
}

const CHANCE = 0.1;
const TEACHER = 0.914;
const STUDENT = 0.883;
const SOURCE_VALUES = 32 * 32 * 3;

/** Two shares and a figure that is none. */
const FIGURES: readonly FigureInfo[] = [
  {
    id: "accuracy",
    label: "Top-1 accuracy",
    meaning: "share of test images decided right",
    unit: "1",
    isShare: true,
    chance: CHANCE,
  },
  {
    id: "embeddingR2",
    label: "Embedding R²",
    meaning: "share of the variance of the embedding that arrives",
    unit: "1",
    isShare: false,
    chance: null,
  },
  {
    id: "identity100",
    label: "Identity among 100",
    meaning: "share of embeddings nearest to their own image's among 100",
    unit: "1",
    isShare: true,
    chance: 0.01,
  },
];

const CHANNELS: readonly ChannelInfo[] = [
  { id: "awgn", label: "AWGN", formula: "h = 1", isFading: false },
  { id: "rayleigh-block", label: "Rayleigh block fading", formula: "h ~ CN(0, 1)", isFading: true },
];

const LINES: readonly SyntheticLine[] = [
  { id: "cat", label: "link (CAT)", role: "link", shiftDb: 0, deficit: 0.002, hasEmbedding: true },
  { id: "film-mlp", label: "FiLM MLP", role: "rival", shiftDb: 0.5, deficit: 0.006, hasEmbedding: true },
  { id: "label-code", label: "label code", role: "baseline", shiftDb: -0.6, deficit: 0, hasEmbedding: false },
  {
    id: "repetition-qpsk",
    label: "repetition QPSK",
    role: "baseline",
    shiftDb: 2.4,
    deficit: 0,
    hasEmbedding: false,
  },
  { id: "separation", label: "image codec", role: "digital", shiftDb: 9, deficit: 0.05, hasEmbedding: false },
  { id: "capacity", label: "capacity", role: "bound", shiftDb: -1.5, deficit: 0, hasEmbedding: false },
];

/** A complete result with made-up numbers of a realistic shape: logistic in the capacity of the channel. */
export function syntheticResults(options: FixtureOptions = {}): Results {
  const {
    lengths = [4, 8, 16, 32, 64],
    esNoDb = [-10, -7.5, -5, -2.5, 0, 2.5, 5, 10, 15, 20],
    channels = ["awgn", "rayleigh-block"],
    numImages = 10_000,
  } = options;
  const place = lengths.flatMap((numSymbols) => esNoDb.map((value) => ({ numSymbols, esNoDb: value })));
  return {
    schema: "semlink-results/2",
    name: "synthetic numbers, not measured",
    task: { name: "classify" },
    figures: FIGURES,
    cleanFigures: CLEAN_FIGURES,
    channels: CHANNELS.filter(({ id }) => channels.includes(id)),
    main: "cat",
    experiment: {
      preset: "synthetic",
      seed: 7,
      data: { dataset: "cifar10", validationCount: 5000 },
      codec: { model: "cat", lengths, depth: 2, width: 64 },
      evaluate: { esNoDb, channels },
    },
    provenance: provenance(),
    conventions: ["Es = E|x|^2 = 1 per image and per increment", "no is the variance per complex symbol"],
    clean: [
      { id: "teacher", label: "teacher (synthetic)", figures: { accuracy: measured(TEACHER, numImages) } },
      {
        id: "student",
        label: "student, distilled",
        figures: {
          accuracy: measured(STUDENT, numImages),
          teacherR2: { value: 0.78 },
          teacherAgreement: measured(0.917, numImages),
        },
      },
      {
        id: "student-no-kd",
        label: "student, no KD",
        figures: { accuracy: measured(STUDENT - 0.011, numImages) },
      },
    ],
    lines: channels.flatMap((channel) =>
      LINES.map(({ id, label, role, ...shape }) => ({
        id,
        label,
        role,
        channel,
        points: place.map((where) => syntheticPoint(channel, shape, where, numImages)),
      })),
    ),
    comparisons: comparisons(numImages),
    ledger: ledger(),
    channelUses: channels.flatMap((channel) =>
      lengths.flatMap((numSymbols) => [
        syntheticUses(channel, numSymbols, { numFieldSymbols: 2, isLink: true }),
        syntheticUses(channel, numSymbols, { numFieldSymbols: 0, isLink: false }),
      ]),
    ),
    curves: curves(),
  };
}

function syntheticPoint(
  channel: string,
  { shiftDb, deficit, hasEmbedding }: Pick<SyntheticLine, "shiftDb" | "deficit" | "hasEmbedding">,
  { numSymbols, esNoDb }: Pick<Point, "numSymbols" | "esNoDb">,
  numImages: number,
): Point {
  const effectiveDb = esNoDb - shiftDb + 10 * Math.log10(numSymbols / 4);
  const slopeDb = channel === "awgn" ? 3.2 : 6;
  const keep = 1 / (1 + Math.exp(-(effectiveDb + 3.5) / slopeDb));
  const accuracy = CHANCE + (STUDENT - deficit - CHANCE) * keep ** 1.3;
  const r2 = 0.97 / (1 + Math.exp(-(effectiveDb - 6) / (1.7 * slopeDb)));
  return {
    numSymbols,
    esNoDb,
    cbr: numSymbols / SOURCE_VALUES,
    figures: {
      accuracy: measured(accuracy, numImages),
      ...(hasEmbedding
        ? { embeddingR2: measured(r2, numImages), identity100: measured(0.01 + 0.98 * r2 ** 0.6, numImages) }
        : {}),
    },
  };
}

function syntheticUses(
  channel: string,
  numSymbols: number,
  { numFieldSymbols, isLink }: { readonly numFieldSymbols: number; readonly isLink: boolean },
): ChannelUses {
  const isOfLink = (role: LineRole): boolean => role === "link" || role === "rival";
  const lines = LINES.filter(({ role }) => isOfLink(role) === isLink).map(({ id }) => id);
  const total = numSymbols + numFieldSymbols;
  const overhead = { numPilots: 0, numFieldSymbols, numPrefix: 0, numIdle: 0 };
  return { lines, channel, numSymbols, ...overhead, total, cbr: total / SOURCE_VALUES };
}

function measured(value: number, n: number): Measured {
  const half = 1.96 * Math.sqrt((value * (1 - value)) / n);
  return {
    value,
    low: Math.max(0, value - half),
    high: Math.min(1, value + half),
    n,
    confidence: 0.95,
    method: "normal",
  };
}

function comparisons(n: number): Comparison[] {
  const difference = (value: number, half: number): Measured => ({
    value,
    low: value - half,
    high: value + half,
    n,
    confidence: 0.95,
    method: "paired-normal",
  });
  return [
    {
      id: TEACHER_WORTH,
      label: "KD minus no KD, clean, same recipe and epochs",
      figure: "accuracy",
      difference: difference(0.011, 0.0052),
      note: "one seed each",
    },
    {
      id: "cat-minus-film",
      label: "CAT minus FiLM MLP, AWGN, 16 symbols, 0 dB",
      figure: "accuracy",
      difference: difference(0.0031, 0.0047),
    },
    {
      id: "cat-minus-label-code",
      label: "CAT minus label code, AWGN, 16 symbols, 0 dB",
      figure: "accuracy",
      difference: difference(-0.0148, 0.005),
    },
    {
      id: "cat-minus-repetition",
      label: "CAT minus repetition QPSK, AWGN, 4 symbols, -5 dB",
      figure: "accuracy",
      difference: difference(0.131, 0.0081),
    },
  ];
}

function ledger(): LedgerRow[] {
  return [
    { part: "teacher", side: "training-only", params: 503_000, macs: 33_100_000 },
    { part: "semantic encoder", side: "device", params: 271_000, macs: 8_200_000 },
    { part: "channel encoder (CAT)", side: "device", params: 76_000, macs: 610_000 },
    { part: "channel decoder (CAT)", side: "receiver", params: 81_000, macs: 640_000 },
    { part: "head", side: "receiver", params: 1_280, macs: 1_280, note: "the teacher's, reused" },
  ];
}

function curves(): Curve[] {
  const wobble = (step: number): number => Math.sin(step * 12.9898) * Math.cos(step * 4.1414);
  const decay = (start: number, end: number, length: number): [number, number][] =>
    Array.from({ length }, (_, i) => [
      i * 10,
      end + (start - end) * Math.exp((-5 * i) / length) * (1 + 0.1 * wobble(i)) + 0.03 * wobble(i + 7),
    ]);
  const rise = (end: number, length: number): [number, number][] =>
    Array.from({ length }, (_, i) => [
      (i + 1) * 180,
      end - 0.5 * Math.exp((-4 * i) / length) + 0.004 * wobble(i),
    ]);
  return [
    { stage: "distill", metric: "loss", label: "loss", points: decay(3.4, 0.8, 220) },
    { stage: "codec phase A", metric: "loss", label: "loss", points: decay(2.6, 0.7, 160) },
    { stage: "codec phase B", metric: "loss", label: "loss", points: decay(1.1, 0.55, 90) },
    { stage: "distill", metric: "accuracy", label: "validation accuracy", points: rise(STUDENT, 12) },
    { stage: "codec phase A", metric: "accuracy", label: "validation accuracy", points: rise(0.74, 9) },
    { stage: "codec phase B", metric: "accuracy", label: "validation accuracy", points: rise(0.77, 5) },
  ];
}

function provenance(): Results["provenance"] {
  return {
    command: "semlink run --preset synthetic",
    commit: "0000000",
    version: "0.1.0",
    node: "v20.0.0",
    onnxruntime: "1.30.0",
    executionProvider: "cpu",
    kernels: "NCHWc, block 16",
    cpu: "synthetic CPU",
    cores: 2,
    memoryGiB: 8,
    platform: "linux x64",
    seed: 7,
    configHash: "0".repeat(64),
    startedAt: "2026-01-01T00:00:00Z",
    durationS: 521.4,
    peakMemoryMiB: 2140,
    stages: [
      { stage: "data", durationS: 1.2, cached: true },
      { stage: "targets", durationS: 61.7, cached: false },
      { stage: "distill", durationS: 214, cached: false },
      { stage: "codec", durationS: 188.3, cached: false },
      { stage: "evaluate", durationS: 56.2, cached: false },
    ],
  };
}
