// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import type { LabelLine } from "../baselines/label-line.ts";
import { simulateLabelLine } from "../baselines/label-line.ts";
import { labelLines } from "../baselines/label-lines.ts";
import { channelId, openRadio } from "../channel/channel-spec.ts";
import type { EvaluateConfig } from "../experiment.ts";
import type { LinkEvaluation, MeasuredPoint } from "./link-evaluation.ts";
import { evaluationDraw } from "./measure-link.ts";
import type { Comparison, Line, Measured, Point } from "./results.ts";
import { clusteredMeanInterval, meanInterval } from "./statistics.ts";

const CONFIDENCE = 0.95;

/** Names under which links appear in figures and tables. */
const LINK_NAMES = { cat: "CAT link", "film-mlp": "FiLM MLP link" } as const;

/** Outcomes of one system at its operating points, image by image. */
export interface Outcomes {
  readonly id: string;
  readonly points: readonly { readonly place: Place; readonly correct: Float32Array }[];
}

interface Place {
  readonly channel: Line["channel"];
  readonly esNoDb: number;
  readonly numSymbols: number;
}

export interface LineOptions {
  readonly evaluate: EvaluateConfig;
  readonly lengths: readonly number[];
  readonly labels: Uint8Array;
  readonly numClasses: number;
  /** height · width · channels: what the bandwidth ratio divides by */
  readonly numSourceValues: number;
  readonly seed: number;
}

/** The lines of one learned link, one for each channel. */
export function linkLines(evaluation: LinkEvaluation, role: Line["role"], options: LineOptions): Line[] {
  return options.evaluate.channels.map(channelId).map((channel) => ({
    id: evaluation.kind,
    label: LINK_NAMES[evaluation.kind],
    role,
    channel,
    points: evaluation.points
      .filter((point) => point.channel === channel)
      .sort((a, b) => a.esNoDb - b.esNoDb || a.numSymbols - b.numSymbols)
      .map((point) => ({ ...pointAt(point, point.measurement.correct, options), ...fidelityOf(point) })),
  }));
}

/** Outcomes of a learned link. */
export function linkOutcomes({ kind, points }: LinkEvaluation): Outcomes {
  return { id: kind, points: points.map((point) => ({ place: point, correct: point.measurement.correct })) };
}

/**
 * The label lines under the same fades and noise as the links: the device decides (with the link's own fine-tuned
 * student) and sends the label.
 *
 * @param devicePredictions - [count]
 */
export function labelOutcomes(devicePredictions: Uint8Array, options: LineOptions): Outcomes[] {
  return labelLines.map((line) => ({
    id: line.name,
    points: places(options).map((place) => ({
      place,
      correct: meanCorrect(line, devicePredictions, place, options),
    })),
  }));
}

/** The lines of label baselines. */
export function baselineLines(outcomes: readonly Outcomes[], options: LineOptions): Line[] {
  return outcomes.flatMap(({ id, points }) =>
    options.evaluate.channels.map(channelId).map((channel) => ({
      id,
      label: labelLines.find((line) => line.name === id)!.label,
      role: "baseline" as const,
      channel,
      points: points
        .filter(({ place }) => place.channel === channel)
        .map(({ place, correct }) => pointAt(place, correct, options)),
    })),
  );
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

function places({ evaluate, lengths }: LineOptions): Place[] {
  return evaluate.channels
    .map(channelId)
    .flatMap((channel) =>
      evaluate.esNoDb.flatMap((esNoDb) => lengths.map((numSymbols) => ({ channel, esNoDb, numSymbols }))),
    );
}

function samePlace(a: Place, b: Place): boolean {
  return a.channel === b.channel && a.esNoDb === b.esNoDb && a.numSymbols === b.numSymbols;
}

function meanCorrect(
  line: LabelLine,
  predictedLabels: Uint8Array,
  place: Place,
  options: LineOptions,
): Float32Array {
  const { evaluate, labels, numClasses, lengths, seed } = options;
  const { esNoDb, numSymbols } = place;
  const radio = openRadio(evaluate.channels.find((spec) => channelId(spec) === place.channel)!);
  const hits = new Float32Array(labels.length);
  for (let index = 0; index < evaluate.drawsPerImage; index++) {
    const draw = evaluationDraw(
      rngFrom(seed).fold("evaluate"),
      radio,
      index,
      labels.length,
      lengths[lengths.length - 1]!,
    );
    const flags = simulateLabelLine({
      ...{ line, predictedLabels, labels, numClasses, radio, draw, esNoDb, numSymbols },
    });
    flags.forEach((flag, image) => (hits[image]! += flag));
  }
  return hits.map((count) => count / evaluate.drawsPerImage);
}

function pointAt(
  { esNoDb, numSymbols }: Place,
  correct: Float32Array,
  { numSourceValues }: LineOptions,
): Point {
  return {
    numSymbols,
    cbr: numSymbols / numSourceValues,
    esNoDb,
    accuracy: clusteredMeanInterval(correct, CONFIDENCE),
  };
}

function fidelityOf({ measurement }: MeasuredPoint): Pick<Point, "embeddingR2" | "identity100"> {
  const { value, low, high, ...rest } = meanInterval(measurement.relativeError, CONFIDENCE);
  const embeddingR2 = { ...rest, value: 1 - value, low: 1 - high, high: 1 - low };
  if (measurement.identified.length === 0) return { embeddingR2 };
  return { embeddingR2, identity100: clusteredMeanInterval(measurement.identified, CONFIDENCE) };
}
