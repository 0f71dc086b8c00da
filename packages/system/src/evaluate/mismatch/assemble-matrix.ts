// SPDX-License-Identifier: Apache-2.0
import { channelId, openRadio } from "../../channel/channel-spec.ts";
import type { MatrixConfig } from "../../experiment.ts";
import { embeddingR2Of, pairedInterval } from "../assemble-results.ts";
import { channelUsesOf } from "../channel-uses.ts";
import { sinrDbOf, sirDbOf } from "../interference-levels.ts";
import { clusteredMeanInterval } from "../../numbers/statistics.ts";
import type { MatrixAxis, MatrixCondition } from "./default-axes.ts";
import type { Matrix, MatrixCell, MatrixSystem, MatrixTable } from "../../results/matrix.ts";
import type { MeasuredConditions } from "./measure-conditions.ts";

/** A row of the matrix with its figures. */
export interface MeasuredSystem extends MatrixSystem {
  readonly measured: MeasuredConditions;
}

const CONFIDENCE = 0.95;

/** The matrix of systems measured on the same images under the same draws. */
export function assembleMatrix(config: MatrixConfig, systems: readonly MeasuredSystem[]): Matrix {
  const { numSymbols, esNoDb } = config;
  return {
    numSymbols,
    esNoDb,
    systems: systems.map(({ id, label, role, trainedOn }) => ({ id, label, role, trainedOn })),
    axes: config.axes.map((axis) => tableOf(axis, config, systems)),
  };
}

function tableOf(
  { id, title, conditions }: MatrixAxis,
  config: MatrixConfig,
  systems: readonly MeasuredSystem[],
): MatrixTable {
  return {
    id,
    title,
    conditions: conditions.map((condition) => conditionOf(condition, config)),
    cells: systems.flatMap((system) =>
      config.esNoDb.flatMap((level) =>
        conditions.flatMap((condition) => cellOf(system, condition, conditions[0]!, level)),
      ),
    ),
  };
}

/** What a condition adds to the symbols: channel uses beside them, and interference. */
export function conditionOf(
  { name, channel }: MatrixCondition,
  { numSymbols, esNoDb }: Pick<MatrixConfig, "numSymbols" | "esNoDb">,
): MatrixTable["conditions"][number] {
  const { numPilots, numPrefix, numIdle } = channelUsesOf(openRadio(channel), numSymbols);
  const numGuard = numPrefix + numIdle;
  const sirDb = sirDbOf(channel);
  return {
    ...{ name, channel: channelId(channel), numPilots },
    ...(numGuard > 0 ? { numGuard } : {}),
    ...(sirDb === undefined ? {} : { sirDb, sinrDb: esNoDb.map((level) => sinrDbOf(channel, level)!) }),
  };
}

function cellOf(
  { id, measured }: MeasuredSystem,
  condition: MatrixCondition,
  first: MatrixCondition,
  esNoDb: number,
): MatrixCell[] {
  const own = measured.get(channelId(condition.channel))?.get(esNoDb);
  if (own === undefined) return [];
  const { correct, relativeError } = own;
  const reference = condition === first ? undefined : measured.get(channelId(first.channel))?.get(esNoDb);
  return [
    {
      system: id,
      condition: condition.name,
      esNoDb,
      figures: {
        accuracy: clusteredMeanInterval(correct, CONFIDENCE),
        ...(relativeError.length > 0 ? { embeddingR2: embeddingR2Of(relativeError) } : {}),
      },
      changes: reference
        ? { accuracy: pairedInterval(correct.map((share, image) => share - reference.correct[image]!)) }
        : {},
    },
  ];
}
