// SPDX-License-Identifier: Apache-2.0
import type { ChannelDraw, ChannelModel, Reception, ReceptionTensors } from "./channel-model.ts";
import type { ReceiveImpairment, Impairment, TransmitImpairment } from "./impairment.ts";

/**
 * A channel with impairments: those of the transmitter in their order, the channel, those of the receiver in their order.
 *
 * The draw of impairment i is addressed by `rng.fold("stage").fold(i)`, an address of old that keeps the draws of every
 * seed, and its arrays are named `impairment<i>.<name>`. Fades and noise stay those of the channel alone. Closed forms of the channel no longer hold and are left out.
 */
export function impairedChannel(channel: ChannelModel, impairments: readonly Impairment[]): ChannelModel {
  if (impairments.length === 0) return channel;
  const { kindIndex } = channel;
  const numbered = impairments.map((impairment, index) => ({ impairment, prefix: `impairment${index}.` }));
  return {
    name: [channel.name, ...impairments.map(({ name }) => name)].join("+"),
    kindIndex,
    isLinear: false,
    fields: (numSymbols) => ({
      ...channel.fields(numSymbols),
      ...joined(numbered.map(({ impairment, prefix }) => prefixed(prefix, impairment.fields(numSymbols)))),
    }),
    draw: (rng, options) => ({
      ...channel.draw(rng, options),
      ...joined(
        numbered.map(({ impairment, prefix }, index) =>
          prefixed(prefix, impairment.draw(rng.fold("stage").fold(index), options)),
        ),
      ),
    }),
    apply(sent, draw) {
      const before = ofSide("transmit", numbered);
      const after = ofSide("receive", numbered);
      const x = before.reduce(
        (x, { impairment, prefix }) => impairment.apply({ ...sent, x }, own(prefix, draw)),
        sent.x,
      );
      return after.reduce<Reception>(
        (received, { impairment, prefix }) => impairment.apply(received, own(prefix, draw), { ...sent, x }),
        channel.apply({ ...sent, x }, draw),
      );
    },
    applyGraph(sent, draw) {
      const before = ofSide("transmit", numbered);
      const after = ofSide("receive", numbered);
      const x = before.reduce(
        (x, { impairment, prefix }) => impairment.applyGraph({ ...sent, x }, own(prefix, draw)),
        sent.x,
      );
      return after.reduce<ReceptionTensors>(
        (received, { impairment, prefix }) =>
          impairment.applyGraph(received, own(prefix, draw), { ...sent, x }),
        channel.applyGraph({ ...sent, x }, draw),
      );
    },
    gainIndex: (symbol) => channel.gainIndex(symbol),
    guardUses: (numLoaded) => channel.guardUses?.(numLoaded) ?? { prefix: 0, idle: 0 },
  };
}

interface Numbered<S extends Impairment> {
  readonly impairment: S;
  readonly prefix: string;
}

function ofSide<Side extends Impairment["side"]>(
  side: Side,
  numbered: readonly Numbered<Impairment>[],
): Numbered<Side extends "transmit" ? TransmitImpairment : ReceiveImpairment>[] {
  const isOfSide = (
    entry: Numbered<Impairment>,
  ): entry is Numbered<Side extends "transmit" ? TransmitImpairment : ReceiveImpairment> =>
    entry.impairment.side === side;
  return numbered.filter(isOfSide);
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
