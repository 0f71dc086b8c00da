// SPDX-License-Identifier: Apache-2.0
import { type HostTensor, nearestName, SemlinkError } from "@semlink/engine";
import { type OnnxFile, type OnnxValue } from "@semlink/onnx-import";

/** Values of symbolic sizes. */
export interface SizeChoice {
  /** Size of every symbolic first axis. */
  readonly batch: number;
  /**
   * Sizes by the names that the model gives them, or by place as in `images[2]`; these come before `batch`. Any other is 1.
   */
  readonly dims: Readonly<Record<string, number>>;
}

/** Most bytes of inputs that a model is tried with. */
const MOST_BYTES = 2 ** 29;

/** Rank from which on inner sizes have no value that fits: a picture of one pixel passes no network. */
const IMAGE_RANK = 4;

/**
 * Names of the sizes that must be given before a model can be run: open ones of images beside the batch. A size without
 * a name is called by its place, `images[2]`.
 */
export function openSizes({ inputs }: OnnxFile, { dims }: Pick<SizeChoice, "dims">): readonly string[] {
  const open = inputs.flatMap((value) =>
    sizeNames(value).filter(
      (name, axis) =>
        name !== null && axis > 0 && value.shape!.length >= IMAGE_RANK && !Object.hasOwn(dims, name),
    ),
  );
  return [...new Set(open)].filter((name) => name !== null);
}

/** The name of each open size of a value, null where the size is fixed. */
function sizeNames({ name, shape }: OnnxValue): readonly (string | null)[] {
  return (shape ?? []).map((size, axis) => (typeof size === "number" ? null : (size ?? `${name}[${axis}]`)));
}

/**
 * A tensor of zeros for every input of a model.
 *
 * @throws SemlinkError `invalid-argument` when a size is given that the model leaves no choice about
 * @throws SemlinkError `unsupported-input` when an input is of a type that has no zeros here
 * @throws SemlinkError `too-large` when the inputs together take more than half a gibibyte
 */
export function zeroFeeds({ inputs }: OnnxFile, sizes: SizeChoice): Record<string, HostTensor> {
  checkSizes(inputs, sizes);
  const shapes = inputs.map((value) => shapeOf(value, sizes));
  const numBytes = shapes.reduce((sum, { bytes }) => sum + bytes, 0);
  if (numBytes > MOST_BYTES || !Number.isSafeInteger(numBytes)) {
    throw new SemlinkError({
      code: "too-large",
      where: "inputs",
      expected: `at most ${grouped(MOST_BYTES)} bytes to try the model with`,
      actual: `${grouped(numBytes)} bytes`,
    });
  }
  return Object.fromEntries(
    shapes.map(({ name, dtype, shape, count }) => [name, { dtype, shape, data: ZEROS[dtype](count) }]),
  );
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

const ZEROS: Readonly<Record<HostTensor["dtype"], (size: number) => HostTensor["data"]>> = {
  float32: (size) => new Float32Array(size),
  float16: (size) => new Uint16Array(size),
  int32: (size) => new Int32Array(size),
  int64: (size) => new BigInt64Array(size),
  uint8: (size) => new Uint8Array(size),
  bool: (size) => new Uint8Array(size),
};

/** An input with all its sizes. */
interface SizedInput {
  readonly name: string;
  readonly dtype: HostTensor["dtype"];
  readonly shape: number[];
  readonly count: number;
  readonly bytes: number;
}

function shapeOf(value: OnnxValue, { batch, dims }: SizeChoice): SizedInput {
  const { name, dtype, shape } = value;
  if (!isFeedable(dtype) || shape === null) {
    throw new SemlinkError({
      code: "unsupported-input",
      where: `input ${name}`,
      expected: `a tensor of known rank and of ${Object.keys(ZEROS).join(", ")}`,
      actual: shape === null ? "unknown rank" : dtype,
    });
  }
  const names = sizeNames(value);
  const sizes = shape.map((size, axis) => {
    if (typeof size === "number") return size;
    const open = names[axis]!;
    const chosen = Object.hasOwn(dims, open) ? dims[open] : undefined;
    return chosen ?? (axis === 0 ? batch : 1);
  });
  const count = sizes.reduce((product, size) => product * size, 1);
  if (sizes.some((size) => size < 0)) {
    throw new SemlinkError({
      code: "corrupt-file",
      where: `input ${name}`,
      expected: "sizes of at least 0",
      actual: `[${sizes.join(", ")}]`,
    });
  }
  return { name, dtype, shape: sizes, count, bytes: count * ZEROS[dtype](1).byteLength };
}

function isFeedable(dtype: string): dtype is HostTensor["dtype"] {
  return Object.hasOwn(ZEROS, dtype);
}

/** @throws SemlinkError `invalid-argument` when a size is given that the model leaves no choice about */
export function checkSizes(inputs: readonly OnnxValue[], { batch, dims }: SizeChoice): void {
  const known = [...new Set(inputs.flatMap(sizeNames).filter((name) => name !== null))];
  for (const name of Object.keys(dims)) {
    if (known.includes(name)) continue;
    const nearest = nearestName(name, known);
    throw new SemlinkError({
      code: "invalid-argument",
      where: "size",
      expected:
        known.length === 0 ? "no names: every size of the model is fixed" : `one of ${known.join(", ")}`,
      actual: name,
      hint: nearest === undefined ? undefined : `did you mean ${JSON.stringify(nearest)}?`,
    });
  }
  if (batch === 1 || inputs.some(({ shape }) => shape?.length && typeof shape[0] !== "number")) return;
  throw new SemlinkError({
    code: "invalid-argument",
    where: "batch",
    expected: "1: no input has a first axis of symbolic size",
    actual: String(batch),
  });
}
