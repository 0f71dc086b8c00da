// SPDX-License-Identifier: Apache-2.0
import { type ColourName, themed } from "../palette.ts";

/** How a primitive looks in every chart of a search. */
export interface PrimitiveStyle {
  readonly colour: string;
  readonly dash: string | undefined;
}

const HUES: readonly ColourName[] = ["blue", "vermillion", "green", "purple", "orange", "ink"];
const DASHES = [undefined, "6 3", "1 2"];
const ABSENT: PrimitiveStyle = { colour: themed("muted"), dash: "2 3" };

/** One style for each primitive, in the order of the space; `none` is pale and dotted. */
export function primitiveStyles(primitives: readonly string[]): ReadonlyMap<string, PrimitiveStyle> {
  const real = primitives.filter((name) => name !== "none");
  return new Map(primitives.map((name) => [name, name === "none" ? ABSENT : styleAt(real.indexOf(name))]));
}

function styleAt(index: number): PrimitiveStyle {
  return {
    colour: themed(HUES[index % HUES.length]!),
    dash: DASHES[Math.floor(index / HUES.length) % DASHES.length],
  };
}
