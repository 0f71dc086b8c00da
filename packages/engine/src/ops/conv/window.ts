// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "../../errors.ts";
import { placeOf } from "../../graph/scope.ts";

/**
 * A sliding window along one axis: output `o` sees input `o·stride + tap·dilation − padding` through each of its
 * taps, as far as that lies inside.
 */
export interface Window {
  /** Size of the input axis. */
  readonly inSize: number;
  /** Size of the output axis. */
  readonly outSize: number;
  /** Number of taps. */
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
}

/** How a window moves; the same along both axes. */
export interface WindowMotion {
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
}

/** A window over height and one over width. */
export interface Windows {
  readonly rows: Window;
  readonly columns: Window;
}

/** @throws ShapeError `window-motion` when the value is no whole number of at least `least` */
export function checkWholeNumber(name: string, what: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new ShapeError({
    code: "window-motion",
    where: placeOf(name),
    expected: `${what} to be a whole number of at least ${least}`,
    actual: `${value}`,
  });
}

/**
 * The window over an axis of `inSize`, `outSize = ⌊(inSize + 2·padding − dilation·(kernelSize − 1) − 1) / stride⌋ + 1`.
 *
 * @throws ShapeError `window-size` when the window does not fit into the padded input, `window-motion` when its
 * numbers make no sense
 */
export function windowOver(
  name: string,
  inSize: number,
  kernelSize: number,
  { stride, padding, dilation }: WindowMotion,
): Window {
  checkWholeNumber(name, "the kernel size", kernelSize, 1);
  checkWholeNumber(name, "the stride", stride, 1);
  checkWholeNumber(name, "the padding", padding, 0);
  checkWholeNumber(name, "the dilation", dilation, 1);
  const slack = inSize + 2 * padding - dilation * (kernelSize - 1) - 1;
  if (slack < 0) {
    throw new ShapeError({
      code: "window-size",
      where: placeOf(name),
      expected: `a window of at most the padded size ${inSize + 2 * padding}`,
      actual: `${dilation * (kernelSize - 1) + 1} (kernel ${kernelSize}, dilation ${dilation})`,
      hint: "use a smaller kernel, more padding or fewer strides before",
    });
  }
  return { inSize, kernelSize, stride, padding, dilation, outSize: Math.floor(slack / stride) + 1 };
}

/** Input index that output `out` sees through a tap; outside `[0, inSize)` where it sees padding. */
export function inputIndex({ stride, padding, dilation }: Window, out: number, tap: number): number {
  return out * stride + tap * dilation - padding;
}

/** Padding after the input for which the last output's last tap is the last padded value; negative: unused values. */
export function paddingAfter(window: Window): number {
  return inputIndex(window, window.outSize - 1, window.kernelSize - 1) - window.inSize + 1;
}

/** Half-open range of outputs that see a real input through the tap; empty (`end <= start`) when none does. */
export function outputsOfTap(window: Window, tap: number): { readonly start: number; readonly end: number } {
  const first = inputIndex(window, 0, tap);
  const start = Math.max(0, Math.ceil(-first / window.stride));
  const end = Math.min(window.outSize, Math.ceil((window.inSize - first) / window.stride));
  return { start, end };
}

/** The taps `0 … kernelSize − 1`. */
export function tapsOf({ kernelSize }: Window): number[] {
  return Array.from({ length: kernelSize }, (_, tap) => tap);
}

/**
 * One residue class of input indices, `input = stride·a + phase`: the transposed window is, on each class, a
 * window of stride 1 over the outputs.
 */
export interface WindowPhase {
  readonly phase: number;
  /** Taps that reach this class, in the order in which they see outputs: ascending output index, so descending tap. */
  readonly taps: readonly number[];
  /** Step between the outputs that neighbouring taps see. */
  readonly dilation: number;
  /** Padding of the outputs before and after; negative: outputs to leave out. */
  readonly before: number;
  readonly after: number;
}

/** Number of inputs in each residue class, rounded up: `⌈inSize / stride⌉`. */
export function phaseSize({ inSize, stride }: Window): number {
  return Math.ceil(inSize / stride);
}

/** The transposed window as one stride-1 window for each residue class of the input index. */
export function phasesOf(window: Window): WindowPhase[] {
  const { stride, padding, dilation, outSize } = window;
  const numInputs = phaseSize(window);
  return Array.from({ length: stride }, (_, phase) => {
    // input = out·stride + tap·dilation − padding  ⇒  out = a + (phase + padding − tap·dilation) / stride
    const offsetOf = (tap: number): number => (phase + padding - tap * dilation) / stride;
    const taps = tapsOf(window)
      .filter((tap) => Number.isInteger(offsetOf(tap)))
      .reverse();
    const offsets = taps.map(offsetOf);
    const first = offsets[0] ?? 0;
    const last = offsets.at(-1) ?? 0;
    return {
      phase,
      taps,
      dilation: offsets.length > 1 ? offsets[1]! - first : 1,
      before: -first,
      after: numInputs - 1 + last - (outSize - 1),
    };
  });
}
