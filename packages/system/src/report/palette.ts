// SPDX-License-Identifier: Apache-2.0

/** A colour in the light and in the dark theme, as `#rrggbb`. */
export interface ThemedColour {
  readonly light: string;
  readonly dark: string;
}

/** Name of a colour of the report. */
export type ColourName =
  "paper" | "ink" | "muted" | "rule" | "blue" | "vermillion" | "green" | "purple" | "orange";

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
};

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
  return svg.replaceAll(/="var\(--[a-z]+, (#[0-9a-f]{6})\)"/g, '="$1"');
}
