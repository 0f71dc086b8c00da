// SPDX-License-Identifier: Apache-2.0
import { LINE_ROLES, type LineRole, type Results } from "../results/results.ts";
import type { ArchitectureOrigin } from "../search/search-results.ts";
import { type ColourName, themed } from "./palette.ts";

/** How one line looks in every chart: hue, dashes and marker all differ, so that it survives grey print. */
export interface Series {
  readonly label: string;
  readonly role: LineRole;
  readonly colour: string;
  readonly dash: string | undefined;
  readonly symbol: "circle" | "square" | "triangle" | "diamond" | "star" | "wye" | "cross";
  readonly width: number;
}

const PREFERRED: Readonly<Record<LineRole, readonly ColourName[]>> = {
  link: ["blue", "purple", "orange", "green", "vermillion"],
  rival: ["vermillion", "orange", "purple", "green", "blue"],
  baseline: ["green", "purple", "orange", "vermillion", "blue"],
  digital: ["orange", "vermillion", "purple", "green", "blue"],
  bound: ["ink", "muted"],
};

const DASHES = ["7 3", "2 3", "8 3 2 3", "4 2", "1 2"];
const SYMBOLS: readonly Series["symbol"][] = ["square", "triangle", "diamond", "star", "wye", "cross"];

/**
 * One style per label, the same in every chart: the main line comes first, as a link a solid blue line with circles, then
 * rivals, then the other roles. With more than five labels the hues come again, with other dashes and markers.
 */
export function seriesOf({ lines, main }: Pick<Results, "lines" | "main">): ReadonlyMap<string, Series> {
  const styles = new Map<string, Series>();
  const taken = new Set<ColourName>();
  const ordered = lines.toSorted((a, b) => Number(b.id === main) - Number(a.id === main));
  for (const role of LINE_ROLES) {
    for (const { label } of ordered.filter((line) => line.role === role)) {
      if (styles.has(label)) continue;
      if (taken.size === PREFERRED[role].length) taken.clear();
      const hue = PREFERRED[role].find((name) => !taken.has(name)) ?? "blue";
      taken.add(hue);
      styles.set(label, styleAt(styles.size, { label, role, colour: themed(hue) }));
    }
  }
  return styles;
}

function styleAt(index: number, base: Pick<Series, "label" | "role" | "colour">): Series {
  if (index === 0 && base.role === "link") return { ...base, dash: undefined, symbol: "circle", width: 2.2 };
  const place = Math.max(0, index - 1);
  const dash = DASHES[place % DASHES.length];
  const symbol = SYMBOLS[place % SYMBOLS.length] ?? "square";
  return { ...base, dash, symbol, width: base.role === "link" ? 2.2 : 1.6 };
}

/** How a primitive looks in every chart of a search. */
export interface PrimitiveStyle {
  readonly colour: string;
  readonly dash: string | undefined;
}

const PRIMITIVE_HUES: readonly ColourName[] = ["blue", "vermillion", "green", "purple", "orange", "ink"];
const PRIMITIVE_DASHES = [undefined, "6 3", "1 2"];
const ABSENT: PrimitiveStyle = { colour: themed("muted"), dash: "2 3" };

/** One style for each primitive, in the order of the space; `none` is pale and dotted. */
export function primitiveStyles(primitives: readonly string[]): ReadonlyMap<string, PrimitiveStyle> {
  const real = primitives.filter((name) => name !== "none");
  return new Map(
    primitives.map((name) => [name, name === "none" ? ABSENT : primitiveStyleAt(real.indexOf(name))]),
  );
}

function primitiveStyleAt(index: number): PrimitiveStyle {
  return {
    colour: themed(PRIMITIVE_HUES[index % PRIMITIVE_HUES.length]!),
    dash: PRIMITIVE_DASHES[Math.floor(index / PRIMITIVE_HUES.length) % PRIMITIVE_DASHES.length],
  };
}

/** How architectures of one origin are called and drawn. */
interface OriginStyle {
  readonly name: string;
  readonly hue: ColourName;
  readonly symbol: Series["symbol"];
  /** Size of the symbol [px]. */
  readonly radius: number;
}

/** Name and look of every origin, in the order of legends. */
export const ORIGINS: Readonly<Record<ArchitectureOrigin, OriginStyle>> = {
  kdl: { name: "KDL-DARTS", hue: "blue", symbol: "circle", radius: 5 },
  variant: { name: "variant of KDL-DARTS", hue: "purple", symbol: "diamond", radius: 4.5 },
  ce: { name: "DARTS without KD", hue: "vermillion", symbol: "square", radius: 4.5 },
  "no-penalty": { name: "KDL without penalty", hue: "orange", symbol: "triangle", radius: 4.5 },
  random: { name: "random genotypes", hue: "muted", symbol: "circle", radius: 2.8 },
  "residual-cnn": { name: "residual CNN", hue: "green", symbol: "star", radius: 5 },
  "plain-cnn": { name: "plain CNN", hue: "ink", symbol: "cross", radius: 4.5 },
};
