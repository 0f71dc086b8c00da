// SPDX-License-Identifier: Apache-2.0
import { channelKinds } from "../../channel/channel-model.ts";
import { channelId, type ChannelSpec, openRadio } from "../../channel/channel-spec.ts";
import type { Radio, ReceiverOptions } from "../../channel/radio.ts";
import type { Link } from "../../link/link.ts";

/**
 * The link, told the kind of a channel only where training met that kind, and otherwise the first kind that it met: like
 * Es/N0, which is clamped, a code is never told what it was not trained for.
 */
export function toldTrainedKinds(link: Link): Link {
  const { kinds } = link.card.trained;
  const told = ({ kindIndex }: Pick<Radio, "kindIndex">): Pick<Radio, "kindIndex"> => {
    const kind = channelKinds[kindIndex]!;
    const known = kinds.includes(kind) ? kind : kinds[0]!;
    return { kindIndex: channelKinds.findIndex((name) => name === known) };
  };
  return {
    ...link,
    encode: (source, to) => link.encode(source, { ...to, channel: told(to.channel) }),
    decode: (reception) => link.decode({ ...reception, channel: told(reception.channel) }),
  };
}

/**
 * What a digital transmitter takes a radio for: the simplest channel of its kind, with the best receiver. Like a learned code,
 * it is told whether the channel fades and an Es/N0, and nothing else.
 */
export function simplestOfKind({ kindIndex }: Pick<Radio, "kindIndex">): Radio {
  return openRadio(channelKinds[kindIndex]!);
}

/** One way of using a link: a channel with its impairments and its receiver. */
export interface MatrixCondition {
  /** For the head of a column. */
  readonly name: string;
  readonly channel: ChannelSpec;
}

/** Conditions that differ in one respect; the first is what the others are compared with. */
export interface MatrixAxis {
  /** Tells it from others, also in names of files. */
  readonly id: string;
  /** For the head of a table. */
  readonly title: string;
  readonly conditions: readonly MatrixCondition[];
}

/**
 * The axes of a matrix unless a configuration says otherwise: what differs between the training and the use of a link,
 * one respect at a time. What the receiver knows of the gain is varied over Rayleigh block fading, everything else over
 * AWGN, where nothing hides it.
 */
export const defaultAxes: readonly MatrixAxis[] = [
  {
    id: "channel",
    title: "Test channel",
    conditions: [
      { name: "AWGN", channel: "awgn" },
      { name: "Rician K = 6 dB", channel: { model: "rician", kFactorDb: 6 } },
      { name: "Rayleigh block", channel: "rayleigh-block" },
      { name: "Rayleigh 4-block", channel: { model: "rayleigh", form: { blockLength: 4 } } },
      { name: "Rayleigh fast", channel: { model: "rayleigh", form: "fast" } },
      { name: "OFDM multipath", channel: "ofdm" },
    ],
  },
  {
    id: "told-es-no",
    title: "Error of the Es/N0 that the codec is told",
    conditions: [
      { name: "right", channel: "awgn" },
      ...[-10, -5, 5, 10].map((esNoOffsetDb) => ({
        name: `${signed(esNoOffsetDb)} dB`,
        channel: { model: "awgn", receiver: { esNoOffsetDb } },
      })),
    ],
  },
  {
    id: "csi",
    title: "What the receiver knows of the channel",
    conditions: [
      { name: "perfect", channel: "rayleigh-block" },
      { name: "MMSE, 1 pilot", channel: fadingWith({ csi: { pilots: 1, estimator: "mmse" } }) },
      { name: "LS, 1 pilot", channel: fadingWith({ csi: { pilots: 1, estimator: "ls" } }) },
      { name: "Es/N0 alone", channel: fadingWith({ csi: "es-no" }) },
      { name: "nothing", channel: fadingWith({ csi: "none" }) },
    ],
  },
  {
    id: "pilots",
    title: "Pilots for a least-squares estimate",
    conditions: [
      { name: "known gain", channel: "rayleigh-block" },
      ...[8, 4, 2, 1].map((pilots) => ({
        name: `${pilots} pilot${pilots === 1 ? "" : "s"}`,
        channel: fadingWith({ csi: { pilots, estimator: "ls" } }),
      })),
    ],
  },
  {
    id: "ageing",
    title: "Age of the known gain, by its correlation with the present one",
    conditions: [
      { name: "fresh", channel: "rayleigh-block" },
      ...[0.99, 0.95, 0.9, 0.7].map((rho) => ({ name: `ρ = ${rho}`, channel: fadingWith({ csi: { rho } }) })),
    ],
  },
  {
    id: "equalizer",
    title: "Equaliser",
    conditions: [
      { name: "MMSE", channel: "rayleigh-block" },
      { name: "MMSE unbiased", channel: fadingWith({ equalizer: "mmse-unbiased" }) },
      { name: "none", channel: fadingWith({ equalizer: "none" }) },
    ],
  },
  {
    id: "k-factor",
    title: "Rician K factor",
    conditions: [
      { name: "no scatter (AWGN)", channel: "awgn" },
      ...[12, 6, 0].map((kFactorDb) => ({
        name: `K = ${kFactorDb} dB`,
        channel: { model: "rician", kFactorDb },
      })),
      { name: "no sight (Rayleigh)", channel: "rayleigh-block" },
    ],
  },
  {
    id: "interference",
    title: "Signal-to-interference ratio of one interferer: Gaussian, or another image's codeword",
    conditions: [
      { name: "no interferer", channel: "awgn" },
      ...[20, 10, 5, 0].map((sirDb) => ({
        name: `SIR = ${sirDb} dB`,
        channel: awgnWith({ impairment: "interference", sirDb }),
      })),
      ...[10, 0].map((sirDb) => ({
        name: `${sirDb} dB, codeword`,
        channel: awgnWith({ impairment: "interference", sirDb, symbols: "codewords" }),
      })),
    ],
  },
  {
    id: "hardware",
    title: "Hardware and losses",
    conditions: [
      { name: "ideal", channel: "awgn" },
      { name: "clipping, 0 dB back-off", channel: awgnWith({ impairment: "rapp", inputBackOffDb: 0 }) },
      {
        name: "I/Q 1 dB, 5°",
        channel: awgnWith({ impairment: "iq-imbalance", amplitudeDb: 1, phaseDeg: 5 }),
      },
      { name: "phase noise 10⁻³", channel: awgnWith({ impairment: "phase-noise", linewidthTs: 1e-3 }) },
      {
        name: "carrier offset 10⁻²",
        channel: awgnWith({ impairment: "carrier-offset", turnsPerSymbol: 1e-2 }),
      },
      { name: "2-bit converter", channel: awgnWith({ impairment: "quantizer", bits: 2 }) },
      { name: "10 % lost", channel: awgnWith({ impairment: "erasures", probability: 0.1 }) },
    ],
  },
];

/** The channels of all axes, each once: conditions of the same radio are measured together. */
export function channelsOf(axes: readonly MatrixAxis[]): ChannelSpec[] {
  const channels = axes.flatMap(({ conditions }) => conditions.map(({ channel }) => channel));
  return [...new Map(channels.map((channel) => [channelId(channel), channel])).values()];
}

function signed(value: number): string {
  return value > 0 ? `+${value}` : `−${-value}`;
}

function fadingWith(receiver: Partial<ReceiverOptions>): ChannelSpec {
  return { model: "rayleigh-block", receiver };
}

function awgnWith(impairment: {
  readonly impairment: string;
  readonly [setting: string]: unknown;
}): ChannelSpec {
  return { model: "awgn", impairments: [impairment] };
}
