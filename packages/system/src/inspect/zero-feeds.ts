// SPDX-License-Identifier: Apache-2.0
import { type HostTensor, nearestName, SemlinkError } from "@semlink/engine";
import { type OnnxFile, type OnnxValue } from "@semlink/onnx-import";

/** Values of symbolic sizes. */
export interface SizeChoice {
  /** Size of every symbolic first axis. */
  readonly batch: number;
  /** Sizes by the names that the model gives them; these come before `batch`. Any other is 1. */
  readonly dims: Readonly<Record<string, number>>;
}

/**
 * A tensor of zeros for every input of a model.
 *
 * @throws SemlinkError `invalid-argument` when a size is given that the model leaves no choice about
 * @throws SemlinkError `unsupported-input` when an input is of a type that has no zeros here
 */
export function zeroFeeds({ inputs }: OnnxFile, sizes: SizeChoice): Record<string, HostTensor> {
  checkSizes(inputs, sizes);
  return Object.fromEntries(inputs.map((value) => [value.name, zeros(value, sizes)]));
}

const ARRAYS: Readonly<Record<HostTensor["dtype"], (size: number) => HostTensor["data"]>> = {
  float32: (size) => new Float32Array(size),
  float16: (size) => new Uint16Array(size),
  int32: (size) => new Int32Array(size),
  int64: (size) => new BigInt64Array(size),
  uint8: (size) => new Uint8Array(size),
  bool: (size) => new Uint8Array(size),
};

function zeros({ name, dtype, shape }: OnnxValue, { batch, dims }: SizeChoice): HostTensor {
  if (!isFeedable(dtype) || shape === null) {
    throw new SemlinkError({
      code: "unsupported-input",
      where: `input ${name}`,
      expected: `a tensor of known rank and of ${Object.keys(ARRAYS).join(", ")}`,
      actual: shape === null ? "unknown rank" : dtype,
    });
  }
  const sizes = shape.map((size, axis) => {
    if (typeof size === "number") return size;
    const chosen = size === null || !Object.hasOwn(dims, size) ? undefined : dims[size];
    return chosen ?? (axis === 0 ? batch : 1);
  });
  const count = sizes.reduce((product, size) => product * size, 1);
  return { dtype, shape: sizes, data: ARRAYS[dtype](count) };
}

function isFeedable(dtype: string): dtype is HostTensor["dtype"] {
  return Object.hasOwn(ARRAYS, dtype);
}

function checkSizes(inputs: readonly OnnxValue[], { batch, dims }: SizeChoice): void {
  const symbols = inputs.flatMap(({ shape }) => shape ?? []).filter((size) => typeof size === "string");
  const known = [...new Set(symbols)];
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
