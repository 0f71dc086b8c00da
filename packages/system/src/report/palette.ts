// SPDX-License-Identifier: Apache-2.0

/** A colour in the light and in the dark theme, as `#rrggbb`. */
interface ThemedColour {
  readonly light: string;
  readonly dark: string;
}

/** Name of a colour of the report. */
export type ColourName =
  | "paper"
  | "ink"
  | "muted"
  | "rule"
  | "blue"
  | "vermillion"
  | "green"
  | "purple"
  | "orange"
  | `heat${1 | 2 | 3 | 4 | 5 | 6 | 7}`;

/**
 * The colours of the report. The hues are the colour-blind-safe set of Okabe and Ito; blue turns into the
 * set's sky blue on a dark page, where it would be too dim.
 *
 * @source Okabe & Ito 2008, Color Universal Design, figure 16
 */
export const palette: Readonly<Record<ColourName, ThemedColour>> = {
  paper: { light: "#ffffff", dark: "#14171b" },
  ink: { light: "#1c2127", dark: "#e8ebee" },
  muted: { light: "#5c6670", dark: "#a3adb7" },
  rule: { light: "#d5dade", dark: "#3a424a" },
  blue: { light: "#0072b2", dark: "#56b4e9" },
  vermillion: { light: "#d55e00", dark: "#ef7a2a" },
  green: { light: "#009e73", dark: "#1dbf91" },
  purple: { light: "#cc79a7", dark: "#d88fb8" },
  orange: { light: "#e69f00", dark: "#e69f00" },
  heat1: { light: "#eef5fa", dark: "#1b2a36" },
  heat2: { light: "#d3e6f3", dark: "#1f3f55" },
  heat3: { light: "#aed2ea", dark: "#245873" },
  heat4: { light: "#7db8dd", dark: "#2b6f93" },
  heat5: { light: "#0072b2", dark: "#56b4e9" },
  heat6: { light: "#005a8e", dark: "#86caf0" },
  heat7: { light: "#00406a", dark: "#b8e0f7" },
};

/**
 * Colours of a heat map from little to much, away from the paper in both themes, each with the colour of text on it.
 * No step has a luminance at which neither would be read well.
 */
export const sequential: readonly { readonly fill: ColourName; readonly text: ColourName }[] = [
  { fill: "heat1", text: "ink" },
  { fill: "heat2", text: "ink" },
  { fill: "heat3", text: "ink" },
  { fill: "heat4", text: "ink" },
  { fill: "heat5", text: "paper" },
  { fill: "heat6", text: "paper" },
  { fill: "heat7", text: "paper" },
];

/** `var(--name, #light)`: follows the page's theme, and is the light colour where there is no page. */
export function themed(name: ColourName): string {
  return `var(--${name}, ${palette[name].light})`;
}

/** CSS custom properties of one theme, `--name: #rrggbb;` for every colour. */
export function themeProperties(theme: keyof ThemedColour): string {
  return Object.entries(palette)
    .map(([name, colour]) => `--${name}: ${colour[theme]};`)
    .join(" ");
}

/** Replaces every `"var(--name, #rrggbb)"` attribute by its light colour, for renderers without CSS variables. */
export function withLightColours(svg: string): string {
  return svg.replaceAll(/="var\(--[a-z0-9]+, (#[0-9a-f]{6})\)"/g, '="$1"');
}
