// SPDX-License-Identifier: Apache-2.0
import type { ArchitectureOrigin } from "../../search/search-results.ts";
import type { ColourName } from "../palette.ts";
import type { Series } from "../series.ts";

/** How architectures of one origin are called and drawn. */
export interface OriginStyle {
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
