// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";
import { wilsonInterval } from "../numbers/statistics.ts";
import type { ChannelInfo } from "./lines.ts";
import {
  CLEAN_FIGURES,
  type FigureInfo,
  type Measured,
  type MeasuredFigures,
  measuredSchema,
} from "./figures.ts";
import type { LedgerRow, Results } from "./results.ts";

const FIRST_VERSION = "semlink-results/1";

/** The three figures that files of version 1 have, in their order. */
export const FIRST_FIGURES: readonly FigureInfo[] = [
  {
    id: "accuracy",
    label: "Top-1 accuracy",
    meaning: "share of test images whose class is decided right",
    unit: "1",
    isShare: true,
    chance: null,
  },
  {
    id: "embeddingR2",
    label: "Embedding R²",
    meaning:
      "share of the variance of the sent embedding that arrives; 1 is exact, 0 no better than the mean",
    unit: "1",
    isShare: false,
    chance: null,
  },
  {
    id: "identity100",
    label: "Identity among 100",
    meaning: "share of received embeddings that are nearest (cosine) to their own image's among 100",
    unit: "1",
    isShare: true,
    chance: 1 / 100,
  },
];

/** Names that version 1 gave to its kinds of channels, in the order of charts. */
const CHANNELS: Readonly<Record<string, string>> = {
  awgn: "AWGN",
  "rayleigh-block": "Rayleigh block fading",
  rayleigh: "Rayleigh fading",
  rician: "Rician fading",
  ofdm: "OFDM over multipath",
};

const share = z.number().min(0).max(1);
const r2 = z.number().max(1);
const figures = {
  accuracy: measuredSchema,
  embeddingR2: measuredSchema.optional(),
  identity100: measuredSchema.optional(),
};

/** What changed since version 1; the rest is carried over as it is and checked by the schema of version 2. */
const first = z.looseObject({
  schema: z.literal(FIRST_VERSION),
  clean: z.array(
    z.looseObject({
      id: z.string(),
      accuracy: measuredSchema,
      r2: r2.optional(),
      agreement: share.optional(),
    }),
  ),
  lines: z.array(
    z.looseObject({
      id: z.string(),
      role: z.string(),
      channel: z.string(),
      points: z.array(z.looseObject(figures)),
    }),
  ),
  comparisons: z.array(z.looseObject({ place: z.looseObject({ channel: z.string() }).optional() })),
  ledger: z.array(z.looseObject({ part: z.string() })),
  channelUses: z.array(z.looseObject({ channel: z.string() })).optional(),
  curves: z.array(z.looseObject({ metric: z.string() })),
  matrix: z
    .looseObject({
      systems: z.array(z.looseObject({ trainedOn: z.array(z.string()) })),
      axes: z.array(
        z.looseObject({
          conditions: z.array(z.looseObject({ channel: z.string() })),
          cells: z.array(z.looseObject({ ...figures, change: measuredSchema.optional() })),
        }),
      ),
    })
    .optional(),
});

type First = z.output<typeof first>;

/** Whether a value says of itself that it is a results file of version 1. */
export function isFirstVersion(value: unknown): boolean {
  return typeof value === "object" && value !== null && Reflect.get(value, "schema") === FIRST_VERSION;
}

/**
 * A results file of version 1 in the form of version 2: every number is carried over. The interval of a network's
 * agreement with the teacher is Wilson's, from the count of images; nothing else is added.
 *
 * @returns what the schema of version 2 still has to check, or the first mistake
 */
export function upgradeResults(value: unknown): z.ZodSafeParseResult<Results> {
  return first.transform((old) => secondVersion(old) as unknown as Results).safeParse(value);
}

function secondVersion({ clean, lines, comparisons, ledger, curves, matrix, ...rest }: First): object {
  const main = (lines.find(({ role }) => role === "link") ?? lines[0])?.id ?? "link";
  return {
    ...rest,
    schema: "semlink-results/2",
    task: { name: "classify" },
    figures: FIRST_FIGURES,
    cleanFigures: CLEAN_FIGURES,
    channels: channelsOf({ lines, comparisons, matrix, channelUses: rest.channelUses }),
    main,
    clean: clean.map(({ accuracy, r2: teacherR2, agreement, ...line }) => ({
      ...line,
      figures: {
        accuracy,
        ...(teacherR2 === undefined ? {} : { teacherR2: { value: teacherR2 } }),
        ...(agreement === undefined ? {} : { teacherAgreement: agreementOf(agreement, accuracy.n) }),
      },
    })),
    lines: lines.map(({ points, ...line }) => ({ ...line, points: points.map(withFigures) })),
    comparisons: comparisons.map((comparison) => ({ ...comparison, figure: "accuracy" })),
    ledger: ledger.map((row) => ({ ...row, ...ownerOf(row.part, [...new Set(lines.map(({ id }) => id))]) })),
    curves: curves.map((curve) => ({ ...curve, ...metricOf(curve.metric) })),
    ...(matrix === undefined ? {} : { matrix: secondMatrix(matrix) }),
  };
}

function secondMatrix({ axes, ...matrix }: NonNullable<First["matrix"]>): object {
  return {
    ...matrix,
    axes: axes.map(({ cells, ...axis }) => ({
      ...axis,
      cells: cells.map(({ change, ...cell }) => {
        return { ...withFigures(cell), changes: change === undefined ? {} : { accuracy: change } };
      }),
    })),
  };
}

/** Moves the three figures of version 1 under one key; those that are absent stay absent. */
function withFigures({
  accuracy,
  embeddingR2,
  identity100,
  ...place
}: {
  readonly accuracy: Measured;
  readonly embeddingR2?: Measured | undefined;
  readonly identity100?: Measured | undefined;
}): object {
  const values: MeasuredFigures = {
    accuracy,
    ...(embeddingR2 === undefined ? {} : { embeddingR2 }),
    ...(identity100 === undefined ? {} : { identity100 }),
  };
  return { ...place, figures: values };
}

function agreementOf(agreement: number, n: number): Measured {
  return { ...wilsonInterval(Math.round(agreement * n), n, 0.95), value: agreement };
}

/** The line that a part of version 1 belongs to: its name begins with the line's, those of other lines with "rival". */
function ownerOf(part: string, lines: readonly string[]): Pick<LedgerRow, "part" | "line"> {
  const name = part.replace(/^rival /i, "");
  const line = lines
    .filter((id) => name.startsWith(`${id} `))
    .toSorted((a, b) => b.length - a.length)
    .at(0);
  if (line !== undefined) return { part: name, line };
  return name === part ? { part } : { part: name, line: name.split(" ")[0]! };
}

function metricOf(metric: string): { metric: string; label: string } {
  return { metric: /^(validation )?accuracy$/i.test(metric) ? "accuracy" : metric, label: metric };
}

function channelsOf({
  lines,
  comparisons,
  matrix,
  channelUses = [],
}: Pick<First, "lines" | "comparisons" | "matrix" | "channelUses">): ChannelInfo[] {
  const named = [
    ...lines.map(({ channel }) => channel),
    ...comparisons.flatMap(({ place }) => (place === undefined ? [] : [place.channel])),
    ...channelUses.map(({ channel }) => channel),
    ...(matrix?.axes ?? []).flatMap(({ conditions }) => conditions.map(({ channel }) => channel)),
    ...(matrix?.systems ?? []).flatMap(({ trainedOn }) => trainedOn),
  ];
  const ids = [...Object.keys(CHANNELS).filter((id) => named.includes(id)), ...named];
  return [...new Set(ids)].map(channelOf);
}

function channelOf(id: string): ChannelInfo {
  const [model = id, settings] = /^([^(]+)\((.*)\)$/.exec(id)?.slice(1) ?? [];
  const name = CHANNELS[model] ?? model;
  const written = settings?.replaceAll("stages=", "impairments=").replaceAll("{stage=", "{impairment=");
  const label = written === undefined ? name : `${name}, ${written.replaceAll(",", ", ")}`;
  return { id, label, isFading: model !== "awgn" };
}
