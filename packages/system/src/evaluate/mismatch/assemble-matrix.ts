// SPDX-License-Identifier: Apache-2.0
import { channelId, openRadio, type OwnChannels } from "../../channel/channel-spec.ts";
import type { Matrix, MatrixCell, MatrixSystem, MatrixTable } from "../../results/matrix.ts";
import type { Measured } from "../../results/figures.ts";
import type { Figure } from "../../task/task.ts";
import { channelUsesOf } from "../channel-uses.ts";
import { differenceOf, estimatesOf } from "../estimates.ts";
import { sinrDbOf, sirDbOf } from "../interference-levels.ts";
import type { MeasuredPoint, Outcomes } from "../measure-line.ts";
import type { MatrixAxis, MatrixCondition } from "./default-axes.ts";
import type { MatrixConfig } from "./matrix-config.ts";

/** A row of the matrix with its points. */
export interface MeasuredSystem extends MatrixSystem {
  readonly points: readonly MeasuredPoint[];
}

/** What the figures of a matrix assume beside the conventions of every results file. */
export const MATRIX_CONVENTIONS: readonly string[] = [
  "matrix: one transmission of each image under each condition; all lines and conditions meet the same fades and noise, and a change is the paired difference to the first condition of the table",
  "matrix: a learned code is told the kind of the channel where training met that kind, and otherwise the first kind that it met; codes for labels use no equaliser and are told nothing; digital lines use zero forcing, and code rate and constellation are chosen for AWGN or Rayleigh block fading with a known gain, whichever kind the channel is of, at the Es/N0 that is told",
];

/** The matrix of lines measured on the same images under the same draws. */
export function assembleMatrix(
  config: MatrixConfig,
  systems: readonly MeasuredSystem[],
  figures: readonly Figure[],
  own: OwnChannels = {},
): Matrix {
  const { numSymbols, esNoDb, axes } = config;
  return {
    numSymbols,
    esNoDb,
    systems: systems.map(({ id, label, role, trainedOn }) => ({ id, label, role, trainedOn })),
    axes: axes.map(({ id, title, conditions }: MatrixAxis): MatrixTable => {
      return {
        id,
        title,
        conditions: conditions.map((condition) => conditionOf(condition, config, own)),
        cells: systems.flatMap((system) =>
          esNoDb.flatMap((level) =>
            conditions.flatMap((condition) => cellOf(system, condition, conditions[0]!, level, figures)),
          ),
        ),
      };
    }),
  };
}

/** What a condition adds to the symbols: channel uses beside them, and interference. */
export function conditionOf(
  { name, channel }: MatrixCondition,
  { numSymbols, esNoDb }: Pick<MatrixConfig, "numSymbols" | "esNoDb">,
  own: OwnChannels = {},
): MatrixTable["conditions"][number] {
  const { numPilots, numPrefix, numIdle } = channelUsesOf(openRadio(channel, own), numSymbols);
  const numGuard = numPrefix + numIdle;
  const sirDb = sirDbOf(channel);
  return {
    name,
    channel: channelId(channel),
    numPilots,
    ...(numGuard > 0 ? { numGuard } : {}),
    ...(sirDb === undefined ? {} : { sirDb, sinrDb: esNoDb.map((level) => sinrDbOf(channel, level)!) }),
  };
}

function cellOf(
  { id, points }: MeasuredSystem,
  condition: MatrixCondition,
  first: MatrixCondition,
  esNoDb: number,
  figures: readonly Figure[],
): MatrixCell[] {
  const outcomesAt = ({ channel }: MatrixCondition): Outcomes | undefined =>
    points.find((point) => point.channel === channelId(channel) && point.esNoDb === esNoDb)?.outcomes;
  const own = outcomesAt(condition);
  if (own === undefined) return [];
  const reference = condition === first ? undefined : outcomesAt(first);
  return [
    {
      system: id,
      condition: condition.name,
      esNoDb,
      figures: estimatesOf(figures, own),
      changes: reference ? changesOf(figures, own, reference) : {},
    },
  ];
}

function changesOf(figures: readonly Figure[], own: Outcomes, reference: Outcomes): Record<string, Measured> {
  return Object.fromEntries(
    figures.flatMap((figure) => {
      const [a, b] = [own[figure.id], reference[figure.id]];
      return a && b ? [[figure.id, differenceOf(figure, a, b)]] : [];
    }),
  );
}
