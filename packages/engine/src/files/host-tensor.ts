// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "../errors.ts";

/** The typed array that holds the values of each element type; float16 is held as its bit patterns. */
export interface HostArrays {
  float32: Float32Array;
  int64: BigInt64Array;
  int32: Int32Array;
  bool: Uint8Array;
  float16: Uint16Array;
  uint8: Uint8Array;
}

/** Element types of a {@link HostTensor}. */
export type HostDType = keyof HostArrays;

/** A tensor in memory: row-major values beside their type and shape. */
export interface HostTensor {
  readonly dtype: HostDType;
  readonly shape: number[];
  readonly data: HostArrays[HostDType];
}

const ARRAY_TYPES = {
  float32: Float32Array,
  int64: BigInt64Array,
  int32: Int32Array,
  bool: Uint8Array,
  float16: Uint16Array,
  uint8: Uint8Array,
} as const;

/** Bytes of one element of `dtype`. */
export function bytesPerElement(dtype: HostDType): number {
  return ARRAY_TYPES[dtype].BYTES_PER_ELEMENT;
}

/** Number of elements of a shape: the product of its sizes, 1 for a scalar. */
export function numElementsOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * A tensor over a copy of raw little-endian bytes, so that unaligned bytes are fine.
 *
 * @param bytes - [numElements * bytesPerElement(dtype)] row-major values
 */
export function hostTensorFromBytes(dtype: HostDType, shape: number[], bytes: Uint8Array): HostTensor {
  return { dtype, shape, data: new ARRAY_TYPES[dtype](new Uint8Array(bytes).buffer) };
}

/** The raw bytes of a tensor's values, sharing its memory. */
export function bytesOf({ data }: HostTensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/**
 * Checks that a tensor's values agree with its type and shape.
 *
 * @param where - place named in the error
 * @throws SemlinkError "invalid-tensor" when they do not
 */
export function checkHostTensor(where: string, { dtype, shape, data }: HostTensor): void {
  const arrayType = ARRAY_TYPES[dtype];
  const numElements = numElementsOf(shape);
  if (data instanceof arrayType && data.length === numElements) return;
  throw new SemlinkError({
    code: "invalid-tensor",
    where,
    expected: `${arrayType.name} of ${numElements} values for ${dtype} [${shape.join(", ")}]`,
    actual: `${data.constructor.name} of ${data.length} values`,
  });
}
