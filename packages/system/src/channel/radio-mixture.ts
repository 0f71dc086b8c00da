// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "@semlink/engine";
import { add, mul, reshape, slice } from "@semlink/engine";
import {
  type ChannelDraw,
  type DrawFields,
  type ReceptionTensors,
  sizeOfShape,
  type TransmissionTensors,
} from "./channel-model.ts";
import type { EqualizedTensors } from "./equalizer.ts";
import type { Radio } from "./radio.ts";

/** Radios that one piece of graph serves: the same arithmetic on arrays of the same shapes. */
interface RadioGroup {
  /** Put before the names of its arrays; empty for the only group. */
  readonly prefix: string;
  /** Places in the list of radios. */
  readonly members: readonly number[];
  readonly radio: Radio;
}

/** Name of the array that says which group an image's radio is in, [batch, number of groups], one-hot. */
const GROUP = "radioGroup";

/**
 * Arrays that a batch over several radios is drawn into, by name, each a shape for one image. Flat channels of one form
 * share `h` and `noise`; radios with other arithmetic have arrays of their own and {@link transmitOverRadios} computes both.
 */
export function mixtureFields(radios: readonly Radio[], numSymbols: number): DrawFields {
  const groups = groupsOf(radios);
  const fields = groups.flatMap(({ prefix, radio }) =>
    Object.entries(radio.fields(numSymbols)).map(([name, shape]) => [prefix + name, shape] as const),
  );
  const choice = groups.length === 1 ? [] : [[GROUP, [groups.length]] as const];
  return Object.fromEntries([...fields, ...choice]);
}

/**
 * Draws of several radios as one: image i gets the draw of radio `radioOf[i]`.
 *
 * @param draws - a draw of the whole batch for each radio
 * @param radioOf - [batch] place of each image's radio
 * @returns the arrays of {@link mixtureFields}
 */
export function mixDraws(
  radios: readonly Radio[],
  draws: readonly ChannelDraw[],
  radioOf: Uint32Array,
  numSymbols: number,
): ChannelDraw {
  const groups = groupsOf(radios);
  const mixed: Record<string, Float32Array> = {};
  for (const { prefix, members, radio } of groups) {
    for (const [name, shape] of Object.entries(radio.fields(numSymbols))) {
      const values = draws[members[0]!]![name]!.slice(); // other images' radios: any draw will do
      const length = sizeOfShape(shape);
      radioOf.forEach((place, i) => {
        if (!members.includes(place)) return;
        values.set(draws[place]![name]!.subarray(i * length, (i + 1) * length), i * length);
      });
      mixed[prefix + name] = values;
    }
  }
  if (groups.length > 1) {
    const choice = new Float32Array(radioOf.length * groups.length);
    radioOf.forEach((place, i) => {
      choice[i * groups.length + groups.findIndex(({ members }) => members.includes(place))] = 1;
    });
    mixed[GROUP] = choice;
  }
  return mixed;
}

/** Each image over its own radio, equalised: the estimates of every group, chosen by the one-hot array of the draw. */
export function transmitOverRadios(
  radios: readonly Radio[],
  sent: TransmissionTensors,
  drawn: Readonly<Record<string, Tensor>>,
  mask: Tensor,
): EqualizedTensors {
  const { xHat, equalizedEsNoDb } = chosenOf(radios, drawn, (radio, draw) => {
    return { ...radio.transmitGraph(sent, draw, mask) };
  });
  return { xHat: xHat!, equalizedEsNoDb: equalizedEsNoDb! };
}

/**
 * Each image over its own radio, as it arrives: symbols, gain and noise level as the receiver believes them.
 *
 * @returns y and h [batch, numSymbols, 2], no [batch, numSymbols, 1]
 */
export function receiveOverRadios(
  radios: readonly Radio[],
  sent: TransmissionTensors,
  drawn: Readonly<Record<string, Tensor>>,
): ReceptionTensors {
  const nothing = mul(sent.x, 0); // [batch, numSymbols, 2]
  const nothingOf = slice(nothing, { axis: 2, start: 0, end: 1 });
  const { y, h, no } = chosenOf(radios, drawn, (radio, draw) => {
    const received = radio.receiveGraph(sent, draw);
    return { y: received.y, h: add(received.h, nothing), no: add(received.no, nothingOf) };
  });
  return { y: y!, h: h!, no: no! };
}

/** What every group gives, and of it what belongs to each image. */
function chosenOf(
  radios: readonly Radio[],
  drawn: Readonly<Record<string, Tensor>>,
  outputsOf: (radio: Radio, draw: Readonly<Record<string, Tensor>>) => Readonly<Record<string, Tensor>>,
): Readonly<Record<string, Tensor>> {
  const groups = groupsOf(radios);
  const outputs = groups.map(({ prefix, radio }) => {
    const own = Object.entries(drawn).filter(([name]) => name.startsWith(prefix));
    return outputsOf(
      radio,
      Object.fromEntries(own.map(([name, tensor]) => [name.slice(prefix.length), tensor])),
    );
  });
  if (outputs.length === 1) return outputs[0]!;
  const weighted = outputs.map((group, index) => {
    const isChosen = slice(drawn[GROUP]!, { axis: 1, start: index, end: index + 1 }); // [batch, 1]
    return Object.entries(group).map(([name, tensor]): readonly [string, Tensor] => {
      const ones = new Array<number>(tensor.shape.length - 1).fill(1);
      return [name, mul(tensor, reshape(isChosen, [tensor.shape[0]!, ...ones]))];
    });
  });
  return Object.fromEntries(
    weighted[0]!.map(([name, first], place) => [
      name,
      weighted.slice(1).reduce((sum, group) => add(sum, group[place]![1]), first),
    ]),
  );
}

function groupsOf(radios: readonly Radio[]): RadioGroup[] {
  const groups: { radio: Radio; members: number[] }[] = [];
  radios.forEach((radio, place) => {
    const group = groups.find((candidate) => isSameArithmetic(candidate.radio, radio));
    if (group) group.members.push(place);
    else groups.push({ radio, members: [place] });
  });
  return groups.map((group, index) => ({ ...group, prefix: groups.length === 1 ? "" : `radio${index}.` }));
}

function isSameArithmetic(a: Radio, b: Radio): boolean {
  const shapes = (radio: Radio): string => JSON.stringify(radio.fields(2));
  return (
    a.channel.applyGraph === b.channel.applyGraph &&
    JSON.stringify(a.receiver) === JSON.stringify(b.receiver) &&
    shapes(a) === shapes(b)
  );
}
