// SPDX-License-Identifier: Apache-2.0

/** Margins and panel sizes of a row of panels that share their axes [px]. */
export interface GridLayout {
  readonly width: number;
  readonly panelWidth: number;
  readonly panelHeight: number;
  readonly marginLeft: number;
  readonly marginRight: number;
  readonly marginTop: number;
  readonly marginBottom: number;
  /** Gap between panels as a share of the panel step. */
  readonly paddingInner: number;
}

/** Width of a chart that fills the page [px]. */
export const FULL_WIDTH = 1120;

const PADDING_INNER = 0.08;
const LEFT_MARGIN = 54;
const MIN_STEP = 184;
const MAX_STEP = 480;

/**
 * Layout for `numColumns` panels with `labelMargin` [px] for end labels: five panels fill the page, fewer get
 * wider panels, more make the chart wider.
 */
export function gridLayout(numColumns: number, labelMargin: number): GridLayout {
  const margins = LEFT_MARGIN + labelMargin;
  const paddingInner = numColumns === 1 ? 0 : PADDING_INNER;
  const step = Math.max(MIN_STEP, Math.min(MAX_STEP, (FULL_WIDTH - margins) / (numColumns - paddingInner)));
  return {
    width: Math.ceil(margins + step * (numColumns - paddingInner)),
    panelWidth: step * (1 - paddingInner),
    panelHeight: numColumns <= 2 ? 270 : 220,
    marginLeft: LEFT_MARGIN,
    marginRight: labelMargin,
    marginTop: 24,
    marginBottom: 42,
    paddingInner,
  };
}
