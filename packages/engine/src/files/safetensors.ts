// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "../errors.ts";
import {
  bytesOf,
  checkHostTensor,
  hostTensorFromBytes,
  bytesPerElement,
  type HostTensor,
} from "./host-tensor.ts";
import { DTYPE_TO_FILE, parseHeader } from "./safetensors-header.ts";

/** Named tensors and text metadata, as one safetensors file holds them. */
export interface TensorFile {
  readonly tensors: Map<string, HostTensor>;
  readonly metadata: Record<string, string>;
}

const LENGTH_BYTES = 8;
const HEADER_ALIGNMENT = 8;

/**
 * The bytes of a safetensors file: header length (8 bytes, little-endian), JSON header padded with spaces to a
 * multiple of 8 bytes, then the values, little-endian and row-major.
 *
 * Tensors are laid out from the widest element type to the narrowest and by name within a type, so every
 * tensor is aligned and equal content gives equal bytes.
 *
 * @throws SemlinkError "invalid-tensor" when values, type and shape of a tensor disagree, or its name is reserved
 * @source safetensors format, https://github.com/huggingface/safetensors#format
 */
export function encodeSafetensors({ tensors, metadata }: TensorFile): Uint8Array {
  const ordered = [...tensors].sort(
    ([nameA, a], [nameB, b]) =>
      bytesPerElement(b.dtype) - bytesPerElement(a.dtype) || (nameA < nameB ? -1 : 1),
  );
  const entries: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0) entries.push(["__metadata__", metadata]);
  let numDataBytes = 0;
  for (const [name, tensor] of ordered) {
    checkTensor(name, tensor);
    const begin = numDataBytes;
    numDataBytes += tensor.data.byteLength;
    const { shape } = tensor;
    entries.push([name, { dtype: DTYPE_TO_FILE[tensor.dtype], shape, data_offsets: [begin, numDataBytes] }]);
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const headerLength = Math.ceil(json.length / HEADER_ALIGNMENT) * HEADER_ALIGNMENT;

  const file = new Uint8Array(LENGTH_BYTES + headerLength + numDataBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  file.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerLength);
  file.set(json, LENGTH_BYTES);
  let offset = LENGTH_BYTES + headerLength;
  for (const [, tensor] of ordered) {
    file.set(bytesOf(tensor), offset);
    offset += tensor.data.byteLength;
  }
  return file;
}

function checkTensor(name: string, tensor: HostTensor): void {
  checkHostTensor(`tensor "${name}"`, tensor);
  if (name !== "__metadata__") return;
  throw new SemlinkError({
    code: "invalid-tensor",
    where: "encodeSafetensors",
    expected: "a tensor name other than the format's own",
    actual: name,
  });
}

/**
 * Reads the bytes of a safetensors file; values are copied out of `bytes`.
 *
 * @param where - path of the file, named in errors
 * @throws SemlinkError "corrupt-file" when the file is truncated, its header is not what the format asks for, or
 * the tensors do not cover the data exactly once
 * @source safetensors format, https://github.com/huggingface/safetensors#format
 */
export function decodeSafetensors(bytes: Uint8Array, where: string): TensorFile {
  if (bytes.length < LENGTH_BYTES) {
    throw truncated(where, `at least ${LENGTH_BYTES} bytes`, `${bytes.length}`);
  }
  const headerLength = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (headerLength > BigInt(bytes.length - LENGTH_BYTES)) {
    throw truncated(where, `a header of ${headerLength} bytes`, `${bytes.length - LENGTH_BYTES} bytes`);
  }
  const dataStart = LENGTH_BYTES + Number(headerLength);
  const data = bytes.subarray(dataStart);
  const header = parseHeader(bytes.subarray(LENGTH_BYTES, dataStart), data.length, where);
  const tensors = new Map<string, HostTensor>();
  for (const { name, dtype, shape, begin, end } of header.entries) {
    tensors.set(name, hostTensorFromBytes(dtype, shape, data.subarray(begin, end)));
  }
  return { tensors, metadata: header.metadata };
}

function truncated(where: string, expected: string, actual: string): SemlinkError {
  const hint = "the file is truncated or not a safetensors file";
  return new SemlinkError({ code: "corrupt-file", where, expected, actual, hint });
}
