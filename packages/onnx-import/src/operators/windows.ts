// SPDX-License-Identifier: Apache-2.0
import { slice } from "@semlink/engine";
import type { Dim, Tensor } from "@semlink/engine";
import type { NodeCall } from "../node-call.ts";

/** How a window of a foreign node moves along one spatial axis. */
export interface AxisWindow {
  readonly inSize: number;
  readonly kernelSize: number;
  readonly stride: number;
  readonly dilation: number;
  /** Padding before the first and after the last value. */
  readonly before: number;
  readonly after: number;
}

/** The windows of a node along its spatial axes: `strides`, `dilations`, `pads` and `auto_pad` taken together. */
export function windowsOf(
  call: NodeCall,
  sizes: readonly Dim[],
  kernelSizes: readonly number[],
): readonly AxisWindow[] {
  const list = (name: string): readonly number[] => call.integers(name) ?? kernelSizes.map(() => 1);
  const [strides, dilations] = [list("strides"), list("dilations")];
  const pads = call.integers("pads") ?? new Array<number>(2 * kernelSizes.length).fill(0);
  const auto = call.text("auto_pad", "NOTSET");
  return kernelSizes.map((kernelSize, axis) => {
    const inSize = sizes[axis]!;
    if (typeof inSize !== "number") {
      throw call.refusal(
        "symbolic-size",
        "known height and width",
        `"${inSize}"`,
        "give images of a fixed size",
      );
    }
    const window = { inSize, kernelSize, stride: strides[axis]!, dilation: dilations[axis]! };
    if (auto === "NOTSET") return { ...window, before: pads[axis]!, after: pads[axis + kernelSizes.length]! };
    if (auto === "VALID") return { ...window, before: 0, after: 0 };
    const reach = (Math.ceil(inSize / window.stride) - 1) * window.stride + extentOf(window);
    const total = Math.max(0, reach - inSize);
    const [less, more] = [Math.floor(total / 2), Math.ceil(total / 2)];
    return auto === "SAME_LOWER"
      ? { ...window, before: more, after: less }
      : { ...window, before: less, after: more };
  });
}

/** Number of inputs from the first to the last tap. */
export function extentOf({ kernelSize, dilation }: Pick<AxisWindow, "kernelSize" | "dilation">): number {
  return (kernelSize - 1) * dilation + 1;
}

/** One motion for height and width, as the engine's operators have it, and what must be done beside it. */
export interface SquareMotion {
  readonly stride: number;
  readonly dilation: number;
  /** Padding of all four sides, where it is the same; else 0. */
  readonly padding: number;
  /** `[before, after]` of height and width that must be added first. */
  readonly pads: readonly (readonly [number, number])[];
  /** Which outputs of height and width to keep afterwards: every n-th. */
  readonly steps: readonly number[];
}

/**
 * The motion of two windows as one. Where strides differ the window moves by one and outputs are left out; where
 * paddings differ they are added beforehand.
 *
 * @param canPad - whether the operator pads by itself as far as it has to
 * @throws SemlinkError `unsupported-attribute` when the dilations differ
 */
export function squareMotion(
  call: NodeCall,
  windows: readonly AxisWindow[],
  canPad: (padding: number) => boolean = () => true,
): SquareMotion {
  // A single tap is the same under any dilation, and a single output under any stride.
  const dilations = distinct(
    windows.filter(({ kernelSize }) => kernelSize > 1).map(({ dilation }) => dilation),
  );
  if (dilations.length > 1) {
    throw call.refusal(
      "unsupported-attribute",
      "the same dilation along height and width",
      dilations.join(" and "),
    );
  }
  const moving = windows.filter((window) => window.inSize + window.before + window.after > extentOf(window));
  const strides = distinct(moving.map(({ stride }) => stride));
  const paddings = distinct(windows.flatMap(({ before, after }) => [before, after]));
  const isEven = paddings.length === 1 && canPad(paddings[0]!);
  return {
    stride: strides.length > 1 ? 1 : (strides[0] ?? 1),
    dilation: dilations[0] ?? 1,
    padding: isEven ? paddings[0]! : 0,
    pads: windows.map(({ before, after }) => (isEven ? [0, 0] : [before, after])),
    steps: windows.map(({ stride }) => (strides.length > 1 ? stride : 1)),
  };
}

/** Pads of an image [batch, channels, height, width] from those of its height and width. */
export function imagePads(
  pads: readonly (readonly [number, number])[],
): readonly (readonly [number, number])[] {
  return [[0, 0], [0, 0], ...pads];
}

/** Every n-th row and column of an image. */
export function everyNth(image: Tensor, steps: readonly number[]): Tensor {
  return steps.reduce((y, step, index) => (step === 1 ? y : slice(y, { axis: 2 + index, step })), image);
}

function distinct(values: readonly number[]): readonly number[] {
  return [...new Set(values)];
}
