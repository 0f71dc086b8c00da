// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import type { Baseline, DeviceOutputs } from "../lines/baseline.ts";
import { channelId, type ChannelSpec, openRadio } from "../channel/channel-spec.ts";
import type { CodecKind, EvaluateConfig } from "../experiment.ts";
import { sinrDbOf, sirDbOf } from "./interference-levels.ts";
import type { LinkEvaluation, MeasuredPoint } from "./link-evaluation.ts";
import { measureLine, type OperatingPoint, type PointMeasurement } from "./measure-link.ts";
import { measuredPointsOf } from "./measured-file.ts";
import type { Comparison, Measured, MeasuredFigures, Place, Point, ResultLine } from "../results/results.ts";
import { clusteredMeanInterval, meanInterval } from "../numbers/statistics.ts";

const CONFIDENCE = 0.95;

/** Names under which links appear in figures and tables. */
export const LINK_NAMES: Readonly<Record<CodecKind, string>> = {
  cat: "CAT link",
  "film-mlp": "FiLM MLP link",
};

/** Outcomes of one system at its operating points, image by image. */
export interface Outcomes {
  readonly id: string;
  readonly points: readonly { readonly place: Place; readonly correct: Float32Array }[];
}

export interface LineOptions {
  readonly evaluate: Pick<EvaluateConfig, "esNoDb" | "lengths" | "channels" | "drawsPerImage">;
  readonly labels: Uint8Array;
  readonly numClasses: number;
  /** height · width · channels: what the bandwidth ratio divides by */
  readonly numSourceValues: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly onPoint?: (done: number, total: number) => void;
}

/** A line's measurement at every operating point. */
export interface MeasuredLine {
  readonly id: string;
  readonly label: string;
  readonly role: ResultLine["role"];
  readonly points: readonly MeasuredPoint[];
}

/** A learned link as a measured line. */
export function linkLine({ kind, points }: LinkEvaluation, role: ResultLine["role"]): MeasuredLine {
  return { id: kind, label: LINK_NAMES[kind], role, points };
}

/** The results' lines of one system, one for each channel that it was measured on. */
export function resultLines({ id, label, role, points }: MeasuredLine, options: LineOptions): ResultLine[] {
  return options.evaluate.channels.flatMap((spec) => {
    const channel = channelId(spec);
    const own = points.filter((point) => point.channel === channel);
    if (own.length === 0) return [];
    const sirDb = sirDbOf(spec);
    return [
      {
        ...{ id, label, role, channel },
        ...(sirDb === undefined ? {} : { sirDb }),
        points: own
          .sort((a, b) => a.esNoDb - b.esNoDb || a.numSymbols - b.numSymbols)
          .map((point) => pointOf(point, spec, options)),
      },
    ];
  });
}

/** Outcomes of a system, for paired differences. */
export function outcomesOf({ id, points }: MeasuredLine): Outcomes {
  return { id, points: points.map((point) => ({ place: point, correct: point.measurement.correct })) };
}

/** A baseline under the same fades and noise as the links, on the channels that it supports, as a measured line. */
export async function measureBaseline(
  baseline: Baseline,
  device: DeviceOutputs,
  options: LineOptions,
): Promise<MeasuredLine> {
  const { name: id, label, role } = baseline;
  return { id, label, role, points: measuredPointsOf(await measureAtPoints(baseline, device, options)) };
}

/**
 * Figures of a baseline at every operating point, on the channels that it supports.
 *
 * @param device - outputs of the link's own fine-tuned student
 */
export async function measureAtPoints(
  baseline: Baseline,
  device: DeviceOutputs,
  { evaluate, labels, numClasses, seed, signal, onPoint = () => undefined }: LineOptions,
): Promise<ReadonlyMap<OperatingPoint, PointMeasurement>> {
  return measureLine({
    line: await baseline.prepare(device),
    ...(device.embeddings ? { embeddings: device.embeddings } : {}),
    ...{ labels, numClasses, onPoint },
    channels: evaluate.channels.map(openRadio).filter((radio) => baseline.supports(radio)),
    esNoDb: evaluate.esNoDb,
    lengths: evaluate.lengths,
    drawsPerImage: evaluate.drawsPerImage,
    rng: rngFrom(seed).fold("evaluate"),
    ...(signal ? { signal } : {}),
  });
}

/** Paired differences of the first system over each other one, at every operating point that both have. */
export function pairedComparisons(system: Outcomes, others: readonly Outcomes[]): Comparison[] {
  return others.flatMap((other) =>
    system.points.flatMap(({ place, correct }) => {
      const twin = other.points.find((point) => samePlace(point.place, place));
      if (!twin) return [];
      const differences = correct.map((value, image) => value - twin.correct[image]!);
      const { channel, esNoDb, numSymbols } = place;
      return [
        {
          id: `${system.id} - ${other.id} ${channel} ${esNoDb} ${numSymbols}`,
          label: `${system.id} minus ${other.id}, ${channel}, ${esNoDb} dB, ${numSymbols} symbols`,
          figure: "accuracy",
          place: { channel, esNoDb, numSymbols },
          difference: pairedInterval(differences),
        },
      ];
    }),
  );
}

/** Mean of per-image differences with its interval. */
export function pairedInterval(differences: Float32Array): Measured {
  return { ...meanInterval(differences, CONFIDENCE), method: "paired-normal" };
}

function samePlace(a: Place, b: Place): boolean {
  return a.channel === b.channel && a.esNoDb === b.esNoDb && a.numSymbols === b.numSymbols;
}

function pointOf(point: MeasuredPoint, channel: ChannelSpec, { numSourceValues }: LineOptions): Point {
  const { esNoDb, numSymbols, measurement } = point;
  const numPilots = openRadio(channel).numPilots(numSymbols);
  const sinrDb = sinrDbOf(channel, esNoDb);
  return {
    numSymbols,
    cbr: numSymbols / numSourceValues,
    ...(numPilots > 0 ? { numPilots } : {}),
    esNoDb,
    ...(sinrDb === undefined ? {} : { sinrDb }),
    figures: { accuracy: clusteredMeanInterval(measurement.correct, CONFIDENCE), ...fidelityOf(point) },
  };
}

function fidelityOf({ measurement }: MeasuredPoint): MeasuredFigures {
  if (measurement.relativeError.length === 0) return {};
  const embeddingR2 = embeddingR2Of(measurement.relativeError);
  if (measurement.identified.length === 0) return { embeddingR2 };
  return { embeddingR2, identity100: clusteredMeanInterval(measurement.identified, CONFIDENCE) };
}

/** `R² = 1 - mean` of the relative errors of images, with its interval. */
export function embeddingR2Of(relativeError: Float32Array): Measured {
  const { value, low, high, ...rest } = meanInterval(relativeError, CONFIDENCE);
  return { ...rest, value: 1 - value, low: 1 - high, high: 1 - low };
}
