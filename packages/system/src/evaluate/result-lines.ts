// SPDX-License-Identifier: Apache-2.0
import type { Radio } from "../channel/radio.ts";
import { channelId, type ChannelSpec } from "../channel/channel-spec.ts";
import type { Comparison, LineRole, Place, Point, ResultLine } from "../results/results.ts";
import type { Figure } from "../task/task.ts";
import { differenceOf, estimatesOf } from "./estimates.ts";
import { sinrDbOf, sirDbOf } from "./interference-levels.ts";
import type { MeasuredPoint } from "./measure-line.ts";

/** A line's measurement at every operating point. */
export interface MeasuredLine {
  readonly id: string;
  readonly label: string;
  readonly role: LineRole;
  readonly points: readonly MeasuredPoint[];
}

/** A channel of the configuration, opened. */
export interface OpenChannel {
  readonly spec: ChannelSpec;
  readonly radio: Radio;
}

/** What results say of every line. */
export interface LineOptions {
  readonly figures: readonly Figure[];
  readonly channels: readonly OpenChannel[];
  /** height · width · channels: what the bandwidth ratio divides by */
  readonly numSourceValues: number;
}

/** The results' lines of one line, one for each channel that it was measured on. */
export function resultLines({ id, label, role, points }: MeasuredLine, options: LineOptions): ResultLine[] {
  return options.channels.flatMap((channel): ResultLine[] => {
    const own = points.filter((point) => point.channel === channelId(channel.spec));
    if (own.length === 0) return [];
    const sirDb = sirDbOf(channel.spec);
    return [
      {
        id,
        label,
        role,
        channel: channelId(channel.spec),
        ...(sirDb === undefined ? {} : { sirDb }),
        points: own
          .toSorted((a, b) => a.esNoDb - b.esNoDb || a.numSymbols - b.numSymbols)
          .map((point) => pointOf(point, channel, options)),
      },
    ];
  });
}

/** Paired differences of the main line over each other one, in the figure that leads, at every point that both have. */
export function pairedComparisons(
  main: MeasuredLine,
  others: readonly MeasuredLine[],
  figure: Figure,
): Comparison[] {
  return others.flatMap((other) =>
    main.points.flatMap((point) => {
      const twin = other.points.find((candidate) => isSamePlace(candidate, point));
      const [a, b] = [point.outcomes[figure.id], twin?.outcomes[figure.id]];
      if (!a || !b) return [];
      const { channel, esNoDb, numSymbols } = point;
      return [
        {
          id: `${main.id} - ${other.id} ${channel} ${esNoDb} ${numSymbols}`,
          label: `${main.id} minus ${other.id}, ${channel}, ${esNoDb} dB, ${numSymbols} symbols`,
          figure: figure.id,
          place: { channel, esNoDb, numSymbols },
          difference: differenceOf(figure, a, b),
        },
      ];
    }),
  );
}

function isSamePlace(a: Place, b: Place): boolean {
  return a.channel === b.channel && a.esNoDb === b.esNoDb && a.numSymbols === b.numSymbols;
}

function pointOf(
  { esNoDb, numSymbols, outcomes }: MeasuredPoint,
  { spec, radio }: OpenChannel,
  { figures, numSourceValues }: LineOptions,
): Point {
  const numPilots = radio.numPilots(numSymbols);
  const sinrDb = sinrDbOf(spec, esNoDb);
  return {
    numSymbols,
    cbr: numSymbols / numSourceValues,
    ...(numPilots > 0 ? { numPilots } : {}),
    esNoDb,
    ...(sinrDb === undefined ? {} : { sinrDb }),
    figures: estimatesOf(figures, outcomes),
  };
}
