// SPDX-License-Identifier: Apache-2.0
import type { ChannelDraw, ChannelModel, Reception, ReceptionTensors } from "./channel-model.ts";
import type { ReceiveStage, Stage, TransmitStage } from "./impairment.ts";

/**
 * A channel with impairments: transmit stages in their order, the channel, receive stages in their order.
 *
 * The draw of stage i is addressed by `rng.fold("stage").fold(i)` and its arrays are named `stage<i>.<name>`; fades and
 * noise stay those of the channel alone. Closed forms of the channel no longer hold and are left out.
 */
export function stagedChannel(channel: ChannelModel, stages: readonly Stage[]): ChannelModel {
  if (stages.length === 0) return channel;
  const { kindIndex } = channel;
  const numbered = stages.map((stage, index) => ({ stage, prefix: `stage${index}.` }));
  return {
    name: [channel.name, ...stages.map(({ name }) => name)].join("+"),
    kindIndex,
    isLinear: false,
    fields: (numSymbols) => ({
      ...channel.fields(numSymbols),
      ...joined(numbered.map(({ stage, prefix }) => prefixed(prefix, stage.fields(numSymbols)))),
    }),
    draw: (rng, options) => ({
      ...channel.draw(rng, options),
      ...joined(
        numbered.map(({ stage, prefix }, index) =>
          prefixed(prefix, stage.draw(rng.fold("stage").fold(index), options)),
        ),
      ),
    }),
    apply(sent, draw) {
      const before = ofSide("transmit", numbered);
      const after = ofSide("receive", numbered);
      const x = before.reduce(
        (x, { stage, prefix }) => stage.apply({ ...sent, x }, own(prefix, draw)),
        sent.x,
      );
      return after.reduce<Reception>(
        (received, { stage, prefix }) => stage.apply(received, own(prefix, draw), { ...sent, x }),
        channel.apply({ ...sent, x }, draw),
      );
    },
    applyGraph(sent, draw) {
      const before = ofSide("transmit", numbered);
      const after = ofSide("receive", numbered);
      const x = before.reduce(
        (x, { stage, prefix }) => stage.applyGraph({ ...sent, x }, own(prefix, draw)),
        sent.x,
      );
      return after.reduce<ReceptionTensors>(
        (received, { stage, prefix }) => stage.applyGraph(received, own(prefix, draw), { ...sent, x }),
        channel.applyGraph({ ...sent, x }, draw),
      );
    },
    gainIndex: (symbol) => channel.gainIndex(symbol),
    guardUses: (numLoaded) => channel.guardUses?.(numLoaded) ?? { prefix: 0, idle: 0 },
  };
}

interface Numbered<S extends Stage> {
  readonly stage: S;
  readonly prefix: string;
}

function ofSide<Side extends Stage["side"]>(
  side: Side,
  numbered: readonly Numbered<Stage>[],
): Numbered<Side extends "transmit" ? TransmitStage : ReceiveStage>[] {
  const isOfSide = (
    entry: Numbered<Stage>,
  ): entry is Numbered<Side extends "transmit" ? TransmitStage : ReceiveStage> => entry.stage.side === side;
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
