// SPDX-License-Identifier: Apache-2.0
import type { Rng, Tensor } from "@semlink/engine";
import {
  type ChannelDraw,
  type ChannelModel,
  type DrawFields,
  type DrawOptions,
  numGains,
  type Reception,
  type ReceptionTensors,
  type Transmission,
  type TransmissionTensors,
} from "./channel-model.ts";
import {
  believed,
  believedGraph,
  type ChannelStateInformation,
  drawEstimation,
  isEstimated,
  pilotsPerImage,
} from "./channel-state.ts";
import {
  equalize,
  type Equalized,
  type EqualizedTensors,
  equalizeGraph,
  type Equalizer,
} from "./equalizer.ts";

/** How a receiver treats what arrives. */
export interface ReceiverOptions {
  readonly csi: ChannelStateInformation;
  readonly equalizer: Equalizer;
  /** Error of the Es/N0 that the codec is told [dB]. */
  readonly esNoOffsetDb: number;
}

/** Perfect knowledge of the channel and the biased MMSE equaliser. */
export const bestReceiver: ReceiverOptions = { csi: "perfect", equalizer: "mmse", esNoOffsetDb: 0 };

/** A channel and its receiver: from sent symbols to estimates of them, on arrays and as a graph. */
export interface Radio {
  /** Tells it from others, in results too; no spaces. */
  readonly name: string;
  readonly kindIndex: number;
  readonly channel: ChannelModel;
  readonly receiver: ReceiverOptions;
  fields(numSymbols: number): DrawFields;
  /** The channel's draw, and the random part of the receiver's estimate where it has one. */
  draw(rng: Rng, options: DrawOptions): ChannelDraw;
  /** What arrives, with gain and noise level as the receiver believes them. */
  receive(sent: Transmission, draw: ChannelDraw): Reception;
  /** {@link Radio.receive}, equalised. */
  transmit(sent: Transmission, draw: ChannelDraw): Equalized;
  /** The same as `receive`, within float error. */
  receiveGraph(sent: TransmissionTensors, draw: Readonly<Record<string, Tensor>>): ReceptionTensors;
  /**
   * The same as `transmit`, within float error.
   *
   * @param mask - [batch, numSymbols, 1] 1 where a symbol was sent. Default: everywhere
   */
  transmitGraph(
    sent: TransmissionTensors,
    draw: Readonly<Record<string, Tensor>>,
    mask?: Tensor,
  ): EqualizedTensors;
  /** Es/N0 that the codec is told [dB]. */
  toldEsNoDb(esNoDb: number): number;
  /** Pilots of an image [channel uses], for the ledger. */
  numPilots(numSymbols: number): number;
}

/** A radio of a channel and a receiver. */
export function radioOf(
  channel: ChannelModel,
  receiver: ReceiverOptions = bestReceiver,
  name: string = channel.name,
): Radio {
  const { csi, equalizer, esNoOffsetDb } = receiver;
  const gainIndex = (symbol: number): number => channel.gainIndex(symbol);
  const estimationShape = (numSymbols: number): readonly number[] => [
    hasOneGain(channel) ? 1 : numSymbols,
    2,
  ];
  const hasEstimate = isEstimated(csi);
  const receive = (sent: Transmission, draw: ChannelDraw): Reception =>
    believed(csi, channel.apply(sent, draw), sent.no, draw[ESTIMATION]);
  const receiveGraph: Radio["receiveGraph"] = (sent, draw) =>
    believedGraph(csi, channel.applyGraph(sent, draw), sent.no, draw[ESTIMATION]);
  return {
    name,
    kindIndex: channel.kindIndex,
    channel,
    receiver,
    fields: (numSymbols) => ({
      ...channel.fields(numSymbols),
      ...(hasEstimate ? { [ESTIMATION]: estimationShape(numSymbols) } : {}),
    }),
    draw: (rng, options) => ({
      ...channel.draw(rng, options),
      ...(hasEstimate
        ? { [ESTIMATION]: drawEstimation(rng.fold(ESTIMATION), options, gainIndex, hasOneGain(channel)) }
        : {}),
    }),
    receive,
    transmit: (sent, draw) => equalize(equalizer, receive(sent, draw), sent.no.length),
    receiveGraph,
    transmitGraph: (sent, draw, mask) => equalizeGraph(equalizer, receiveGraph(sent, draw), mask),
    toldEsNoDb: (esNoDb) => esNoDb + esNoOffsetDb,
    numPilots: (numSymbols) => pilotsPerImage(csi, numGains(channel, numSymbols)),
  };
}

const ESTIMATION = "estimation";

/** Whether all symbols of an image meet one gain; a second gain of a model is met long before this many symbols. */
function hasOneGain(channel: ChannelModel): boolean {
  return numGains(channel, FAR) === 1;
}

const FAR = 1 << 16;
