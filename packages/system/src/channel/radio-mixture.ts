// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "@semlink/engine";
import { add, mul, reshape, slice } from "@semlink/engine";
import { type ChannelDraw, type DrawFields, sizeOfShape, type TransmissionTensors } from "./channel-model.ts";
import type { EqualizedTensors } from "./equalizer-graph.ts";
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

/** Each image over its own radio: the estimates of every group, chosen by the one-hot array of the draw. */
export function transmitOverRadios(
  radios: readonly Radio[],
  sent: TransmissionTensors,
  drawn: Readonly<Record<string, Tensor>>,
  mask: Tensor,
): EqualizedTensors {
  const groups = groupsOf(radios);
  const estimates = groups.map(({ prefix, radio }) => {
    const own = Object.entries(drawn).filter(([name]) => name.startsWith(prefix));
    const draw = Object.fromEntries(own.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
    return radio.transmitGraph(sent, draw, mask);
  });
  if (estimates.length === 1) return estimates[0]!;
  const [batch = 1] = sent.x.shape;
  const chosen = estimates.map(({ xHat, equalizedEsNoDb }, index) => {
    const isChosen = slice(drawn[GROUP]!, { axis: 1, start: index, end: index + 1 }); // [batch, 1]
    return {
      xHat: mul(xHat, reshape(isChosen, [batch, 1, 1])),
      equalizedEsNoDb: mul(equalizedEsNoDb, isChosen),
    };
  });
  return chosen.reduce((sum, next) => ({
    xHat: add(sum.xHat, next.xHat),
    equalizedEsNoDb: add(sum.equalizedEsNoDb, next.equalizedEsNoDb),
  }));
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
