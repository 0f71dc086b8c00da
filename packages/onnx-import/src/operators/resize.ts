// SPDX-License-Identifier: Apache-2.0
import { add, constant, gather, mul, normalizeAxis, placeOf } from "@semlink/engine";
import type { Dim, Tensor } from "@semlink/engine";
import type { NodeCall } from "../node-call.ts";
import { knownSize } from "../values.ts";
import type { OperatorTable } from "./operator.ts";

/** One axis in another size. */
interface AxisResize {
  readonly inSize: number;
  readonly outSize: number;
  /** Places of the output for one of the input. */
  readonly scale: number;
}

/** An input of an output place, and its weight. */
interface Tap {
  readonly index: number;
  readonly weight: number;
}

/** Where an output place lies in the input. */
const PLACES: Readonly<Record<string, (out: number, axis: AxisResize) => number>> = {
  half_pixel: (out, { scale }) => (out + 0.5) / scale - 0.5,
  pytorch_half_pixel: (out, { scale, outSize }) => (outSize > 1 ? (out + 0.5) / scale - 0.5 : 0),
  half_pixel_symmetric: (out, { scale, inSize, outSize }) =>
    (inSize / 2) * (1 - outSize / (scale * inSize)) + (out + 0.5) / scale - 0.5,
  align_corners: (out, { inSize, outSize }) => (outSize > 1 ? (out * (inSize - 1)) / (outSize - 1) : 0),
  asymmetric: (out, { scale }) => out / scale,
};

const ROUNDINGS: Readonly<Record<string, (place: number) => number>> = {
  round_prefer_floor: (place) => Math.ceil(place - 0.5),
  round_prefer_ceil: (place) => Math.floor(place + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

/** Each axis on its own, as weighted sums of elements taken by index. */
function importResize(call: NodeCall): Tensor {
  for (const [name, only] of [
    ["antialias", 0],
    ["exclude_outside", 0],
  ] as const) {
    if (call.integer(name, 0) !== only) throw call.refusal("unsupported-attribute", `${name} ${only}`, "1");
  }
  const policy = call.text("keep_aspect_ratio_policy", "stretch");
  if (policy !== "stretch") throw call.refusal("unsupported-attribute", "sizes that stretch", policy);
  const resizes = axisResizes(call);
  // Set 10 does not say how places are rounded, and runtimes differ where images get smaller.
  const isUnsaid = call.opset < 11 && call.text("mode", "nearest") === "nearest";
  if (isUnsaid && resizes.some(({ resize }) => resize.scale < 1)) {
    throw call.refusal("unsupported-attribute", "nearest for scales of at least 1", "a smaller one");
  }
  return resized(call, resizes, tapRule(call));
}

/** An axis and its other size. */
interface ResizedAxis {
  readonly axis: number;
  readonly resize: AxisResize;
}

/**
 * An image with axes of other sizes.
 *
 * @throws SemlinkError `unsupported-attribute` when one would have no place, or more than a constant may have
 */
function resized(
  call: NodeCall,
  resizes: readonly ResizedAxis[],
  tapsOf: ReturnType<typeof tapRule>,
): Tensor {
  return resizes.reduce<Tensor>((y, { axis, resize }) => {
    if (resize.inSize < 1 || !(resize.outSize >= 1)) {
      throw call.refusal(
        "unsupported-attribute",
        "sizes of at least 1",
        `${resize.inSize} to ${resize.outSize}`,
      );
    }
    knownSize([resize.outSize]);
    const rows = Array.from({ length: resize.outSize }, (_, out) => tapsOf(out, resize));
    return weightedGathers(y, axis, rows);
  }, call.tensor(0));
}

/** Larger images by factors, an attribute up to set 8: places by `asymmetric`, rounded down. */
function importUpsample(call: NodeCall): Tensor {
  const scales = call.has(1) ? call.numbers(1) : call.floats("scales");
  if (scales.some((scale) => scale < 1)) {
    throw call.refusal("unsupported-attribute", "scales of at least 1", `[${scales.join(", ")}]`);
  }
  const { shape } = call.tensor(0);
  const resizes = scales.flatMap((scale, axis) => {
    if (scale === 1) return [];
    const inSize = numberOf(call, shape[axis]!, axis);
    return [{ axis, resize: { inSize, outSize: Math.floor(inSize * scale), scale } }];
  });
  return resized(call, resizes, tapRule(call));
}

/** A size that must be known to compute places. */
function numberOf(call: NodeCall, size: Dim, axis: number): number {
  if (typeof size === "number") return size;
  throw call.refusal(
    "symbolic-size",
    `a number as size of axis ${axis}`,
    `"${size}"`,
    "give images of a fixed size",
  );
}

/** The axes whose size changes, from scales or sizes. */
function axisResizes(call: NodeCall): readonly ResizedAxis[] {
  const { shape } = call.tensor(0);
  const [scaleInput, sizeInput] = call.opset >= 11 ? [2, 3] : [1, 3];
  const isBySize = call.has(sizeInput) && call.dims(sizeInput).length > 0;
  const given: readonly Dim[] = call.dims(isBySize ? sizeInput : scaleInput);
  const axes = call.integers("axes")?.map((axis) => normalizeAxis(placeOf("Resize"), axis, shape.length));
  return given.flatMap((value, index) => {
    const axis = axes?.[index] ?? index;
    const inSize = shape[axis]!;
    if (value === (isBySize ? inSize : 1)) return [];
    if (typeof inSize !== "number" || typeof value !== "number") {
      throw call.refusal("symbolic-size", `numbers as sizes of axis ${axis}`, `${inSize} to ${value}`);
    }
    const [outSize, scale] = isBySize ? [value, value / inSize] : [Math.floor(inSize * value), value];
    return [{ axis, resize: { inSize, outSize, scale } }];
  });
}

/** The taps of an output place by interpolation and coordinates; taps outside repeat the border. */
function tapRule(call: NodeCall): (out: number, axis: AxisResize) => readonly Tap[] {
  const mode = call.text("mode", "nearest");
  const placement = call.text(
    "coordinate_transformation_mode",
    call.opset >= 11 ? "half_pixel" : "asymmetric",
  );
  const placeIn = PLACES[placement];
  const rounding = call.text("nearest_mode", call.opset >= 11 ? "round_prefer_floor" : "floor");
  const rounded = ROUNDINGS[rounding];
  const weightsAt = { nearest: () => [], linear: linearWeights, cubic: cubicWeights(call) }[mode];
  if (placeIn === undefined || rounded === undefined || weightsAt === undefined) {
    throw call.refusal("unsupported-attribute", "an interpolation that has a rule", `${mode}, ${placement}`);
  }
  return (out, axis) => {
    const inside = (index: number): number => Math.min(Math.max(index, 0), axis.inSize - 1);
    const place = placeIn(out, axis);
    if (mode === "nearest") return [{ index: inside(rounded(place)), weight: 1 }];
    const left = Math.floor(place);
    const weights = weightsAt(place - left);
    const first = left + 1 - weights.length / 2;
    return weights.map((weight, tap) => ({ index: inside(first + tap), weight }));
  };
}

const linearWeights = (fraction: number): readonly number[] => [1 - fraction, fraction];

/** Weights of the four neighbours. @source Keys 1981, with the coefficient a of the node, −0.75 if left out */
function cubicWeights(call: NodeCall): (fraction: number) => readonly number[] {
  const a = call.float("cubic_coeff_a", -0.75);
  const near = (d: number): number => ((a + 2) * d - (a + 3)) * d * d + 1;
  const far = (d: number): number => ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
  return (t) => [far(t + 1), near(t), near(1 - t), far(2 - t)];
}

/** `y_i = Σ_k weight_ik x_index_ik` along one axis. */
function weightedGathers(x: Tensor, axis: number, rows: readonly (readonly Tap[])[]): Tensor {
  const line = x.shape.map((_, other) => (other === axis ? rows.length : 1));
  const terms = rows[0]!.map((_, tap) => {
    const indices = rows.map((row) => row[tap]!.index);
    const weights = rows.map((row) => row[tap]!.weight);
    const taken = gather(x, constant(indices, [indices.length], "int64"), { axis });
    return weights.every((weight) => weight === 1) ? taken : mul(taken, constant(weights, line));
  });
  return terms.reduce((sum, term) => add(sum, term));
}

/** Images in another size. */
export const resizeOperators: OperatorTable = {
  Resize: { since: 10, build: importResize, settings: [1, 2, 3] },
  // In sets 1 to 6 height and width have a factor each; since set 10 a Resize says more.
  Upsample: { since: 7, until: 9, build: importUpsample, settings: [1] },
};
