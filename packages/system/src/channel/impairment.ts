// SPDX-License-Identifier: Apache-2.0
import type { Rng, Tensor } from "@semlink/engine";
import * as z from "zod";
import type {
  ChannelDraw,
  ChannelModel,
  DrawFields,
  DrawOptions,
  Hardware,
  HardwareGraph,
  Reception,
  ReceptionTensors,
  Transmission,
  TransmissionTensors,
} from "./channel-model.ts";

/** Arrays of a draw in a graph. */
export type DrawTensors = Readonly<Record<string, Tensor>>;

/** What every impairment has: its random part, drawn by the rules of a channel's. */
interface ImpairmentDraw {
  readonly name: string;
  fields(numSymbols: number): DrawFields;
  draw(rng: Rng, options: DrawOptions): ChannelDraw;
}

/** Where an impairment acts. */
interface ImpairmentPlace {
  /** Whether it acts on the samples on the air, where these are not the symbols. */
  readonly isHardware: boolean;
}

/** Something that happens to the symbols before they are radiated. */
export interface TransmitImpairment extends ImpairmentDraw, ImpairmentPlace {
  readonly side: "transmit";
  /** @returns [batch, numSymbols, 2] */
  apply(sent: Transmission, draw: ChannelDraw): Float32Array;
  /** The same as `apply`, within float error. */
  applyGraph(sent: TransmissionTensors, draw: DrawTensors): Tensor;
}

/** Something that happens to what arrives, or to what the receiver knows of it. */
export interface ReceiveImpairment extends ImpairmentDraw, ImpairmentPlace {
  readonly side: "receive";
  /** @param sent - what all images of the batch radiate, with their noise levels [batch] */
  apply(received: Reception, draw: ChannelDraw, sent: Transmission): Reception;
  /** The same as `apply`, within float error. */
  applyGraph(received: ReceptionTensors, draw: DrawTensors, sent: TransmissionTensors): ReceptionTensors;
}

/** An impairment that joins a channel: on the transmitter's side before it, on the receiver's after it. */
export type Impairment = TransmitImpairment | ReceiveImpairment;

/** A kind of impairment: what may be set, and the impairment that follows. To add one: a file and a line in `impairments.ts`. */
export interface ImpairmentFamily {
  readonly name: string;
  /** Settings as a configuration writes them. */
  readonly parameters: z.ZodObject;
  /** @param parameters - checked by the schema */
  open(parameters: unknown): Impairment;
}

/** A {@link ImpairmentFamily} with the types of its settings. */
export function defineImpairment<Shape extends z.ZodRawShape>(family: {
  readonly name: string;
  readonly parameters: z.ZodObject<Shape>;
  open(parameters: z.output<z.ZodObject<Shape>>): Impairment;
}): ImpairmentFamily {
  return { ...family, open: (parameters) => family.open(family.parameters.parse(parameters)) };
}

/** A change of symbols that is the same on either side: the receiver is not told of it. */
export interface SymbolMap extends ImpairmentDraw {
  /** @param symbols - [batch, numSymbols, 2], mapped to the same shape */
  map(symbols: Float32Array, draw: ChannelDraw, batchSize: number): Float32Array;
  mapGraph(symbols: Tensor, draw: DrawTensors): Tensor;
}

/** Validates the side a {@link SymbolMap} is on. */
export const impairmentSide: z.ZodDefault<z.ZodEnum<{ transmit: "transmit"; receive: "receive" }>> = z
  .enum(["transmit", "receive"])
  .default("receive")
  .describe("whose hardware it is");

/** The map as an impairment of one side. */
export function impairmentOn(side: Impairment["side"], map: SymbolMap): Impairment {
  const { name } = map;
  const own = {
    name,
    isHardware: true,
    fields: (numSymbols: number) => map.fields(numSymbols),
    draw: (rng: Rng, options: DrawOptions) => map.draw(rng, options),
  };
  if (side === "transmit") {
    return {
      ...own,
      side,
      apply: ({ x, no }, draw) => map.map(x, draw, no.length),
      applyGraph: ({ x }, draw) => map.mapGraph(x, draw),
    };
  }
  return {
    ...own,
    side,
    apply: (received, draw, { no }) => ({ ...received, y: map.map(received.y, draw, no.length) }),
    applyGraph: (received, draw) => ({ ...received, y: map.mapGraph(received.y, draw) }),
  };
}

/** The random part of an impairment that has none. */
export const drawsNothing: Pick<ImpairmentDraw, "fields" | "draw"> = { fields: () => ({}), draw: () => ({}) };

/**
 * A channel with impairments: those of the transmitter in their order, the channel, those of the receiver in their order.
 * Where samples are not symbols, as in OFDM, hardware acts on the samples and the other impairments on the symbols.
 *
 * The draw of impairment i is addressed by `rng.fold("stage").fold(i)`, an address of old that keeps the draws of every
 * seed, and its arrays are named `impairment<i>.<name>`. Fades and noise stay those of the channel alone. Closed forms of
 * the channel no longer hold and are left out.
 */
export function impairedChannel(channel: ChannelModel, impairments: readonly Impairment[]): ChannelModel {
  if (impairments.length === 0) return channel;
  const numbered = impairments.map((impairment, index): Numbered => {
    const numSamples = (numSymbols: number): number =>
      impairment.isHardware ? (channel.numSamples?.(numSymbols) ?? numSymbols) : numSymbols;
    return { impairment, index, prefix: `impairment${index}.`, numSamples };
  });
  const isOnSamples = ({ impairment }: Numbered): boolean =>
    impairment.isHardware && channel.numSamples !== undefined;
  const onSamples = numbered.filter(isOnSamples);
  const onSymbols = numbered.filter((entry) => !isOnSamples(entry));
  return {
    name: [channel.name, ...impairments.map(({ name }) => name)].join("+"),
    kindIndex: channel.kindIndex,
    isLinear: false,
    fields: (numSymbols) => ({
      ...channel.fields(numSymbols),
      ...joined(
        numbered.map(({ impairment, prefix, numSamples }) =>
          prefixed(prefix, impairment.fields(numSamples(numSymbols))),
        ),
      ),
    }),
    draw: (rng, options) => ({
      ...channel.draw(rng, options),
      ...joined(
        numbered.map(({ impairment, index, prefix, numSamples }) => {
          const own = { ...options, numSymbols: numSamples(options.numSymbols) };
          return prefixed(prefix, impairment.draw(rng.fold("stage").fold(index), own));
        }),
      ),
    }),
    apply(sent, draw) {
      const x = transmitted(onSymbols, sent, draw);
      const hardware: Hardware = {
        transmit: (samples) => transmitted(onSamples, samples, draw),
        receive: (samples, radiated) => received(onSamples, samples, radiated, draw).y,
      };
      return received(onSymbols, channel.apply({ ...sent, x }, draw, hardware), { ...sent, x }, draw);
    },
    applyGraph(sent, draw) {
      const x = transmittedGraph(onSymbols, sent, draw);
      const hardware: HardwareGraph = {
        transmit: (samples) => transmittedGraph(onSamples, samples, draw),
        receive: (samples, radiated) => receivedGraph(onSamples, samples, radiated, draw).y,
      };
      const arriving = channel.applyGraph({ ...sent, x }, draw, hardware);
      return receivedGraph(onSymbols, arriving, { ...sent, x }, draw);
    },
    gainIndex: (symbol) => channel.gainIndex(symbol),
    guardUses: (numLoaded) => channel.guardUses?.(numLoaded) ?? { prefix: 0, idle: 0 },
  };
}

/** An impairment with the place of its arrays in the draw of the channel. */
interface Numbered {
  readonly impairment: Impairment;
  readonly index: number;
  readonly prefix: string;
  /** On how many values it acts for so many symbols. */
  readonly numSamples: (numSymbols: number) => number;
}

function transmitted(numbered: readonly Numbered[], sent: Transmission, draw: ChannelDraw): Float32Array {
  return numbered.reduce(
    (x, { impairment, prefix }) =>
      impairment.side === "transmit" ? impairment.apply({ ...sent, x }, own(prefix, draw)) : x,
    sent.x,
  );
}

function transmittedGraph(
  numbered: readonly Numbered[],
  sent: TransmissionTensors,
  draw: DrawTensors,
): Tensor {
  return numbered.reduce(
    (x, { impairment, prefix }) =>
      impairment.side === "transmit" ? impairment.applyGraph({ ...sent, x }, own(prefix, draw)) : x,
    sent.x,
  );
}

function received(
  numbered: readonly Numbered[],
  arriving: Reception,
  sent: Transmission,
  draw: ChannelDraw,
): Reception {
  return numbered.reduce(
    (reception, { impairment, prefix }) =>
      impairment.side === "receive" ? impairment.apply(reception, own(prefix, draw), sent) : reception,
    arriving,
  );
}

function receivedGraph(
  numbered: readonly Numbered[],
  arriving: ReceptionTensors,
  sent: TransmissionTensors,
  draw: DrawTensors,
): ReceptionTensors {
  return numbered.reduce(
    (reception, { impairment, prefix }) =>
      impairment.side === "receive" ? impairment.applyGraph(reception, own(prefix, draw), sent) : reception,
    arriving,
  );
}

function prefixed<T>(prefix: string, values: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]));
}

function own<T>(prefix: string, values: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  const entries = Object.entries(values).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(entries.map(([name, value]) => [name.slice(prefix.length), value]));
}

function joined<T>(parts: readonly Readonly<Record<string, T>>[]): Readonly<Record<string, T>> {
  return Object.assign({}, ...parts) as Record<string, T>;
}

/** Whether a draw has an array of each field with the size of its batch. */
export function hasFieldsOf(
  channel: Pick<ChannelModel, "fields">,
  draw: ChannelDraw,
  batchSize: number,
  numSymbols: number,
): boolean {
  const fields = Object.entries(channel.fields(numSymbols));
  return (
    Object.keys(draw).length === fields.length &&
    fields.every(
      ([name, shape]) => draw[name]?.length === shape.reduce((product, dim) => product * dim, batchSize),
    )
  );
}
