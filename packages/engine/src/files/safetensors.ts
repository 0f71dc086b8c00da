// SPDX-License-Identifier: Apache-2.0
import { describeError, SemlinkError } from "../errors.ts";
import type { HostDType, HostTensor } from "./host-tensor.ts";
import {
  bytesOf,
  bytesPerElement,
  checkHostTensor,
  hostTensorFromBytes,
  numElementsOf,
} from "./host-tensor.ts";

/** Names of the element types in a safetensors header. */
export const DTYPE_TO_FILE: Readonly<Record<HostDType, string>> = {
  float32: "F32",
  int64: "I64",
  int32: "I32",
  bool: "BOOL",
  float16: "F16",
  uint8: "U8",
};

const FILE_TO_DTYPE: ReadonlyMap<unknown, HostDType> = new Map(
  (Object.keys(DTYPE_TO_FILE) as HostDType[]).map((dtype) => [DTYPE_TO_FILE[dtype], dtype]),
);

const OPENING_BRACE = 0x7b;

/** One tensor of a safetensors header: its values are bytes `begin` to `end` of the data. */
export interface HeaderEntry {
  readonly name: string;
  readonly dtype: HostDType;
  readonly shape: number[];
  readonly begin: number;
  readonly end: number;
}

/**
 * The checked header of a safetensors file.
 *
 * @param json - [numBytes] UTF-8 text
 * @param numDataBytes - bytes after the header, which the tensors must cover exactly once
 * @param where - path of the file, named in errors
 * @throws SemlinkError "corrupt-file" when anything in the header disagrees with the format or with the data
 */
export function parseHeader(
  json: Uint8Array,
  numDataBytes: number,
  where: string,
): { entries: HeaderEntry[]; metadata: Record<string, string> } {
  const { __metadata__: metadata = {}, ...tensors } = parseJson(json, where);
  if (!isRecord(metadata) || !Object.values(metadata).every((text) => typeof text === "string")) {
    throw corrupt(where, "metadata of text values", JSON.stringify(metadata));
  }
  const entries = Object.entries(tensors).map(([name, entry]) => parseEntry(name, entry, where));
  checkCoverage(entries, numDataBytes, where);
  return { entries, metadata: metadata as Record<string, string> };
}

function parseJson(json: Uint8Array, where: string): Record<string, unknown> {
  if (json[0] !== OPENING_BRACE) throw corrupt(where, "a header that begins with {", `byte ${json[0]}`);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json));
  } catch (cause) {
    throw corrupt(where, "a JSON header", describeError(cause).message, cause);
  }
  return header as Record<string, unknown>; // JSON that begins with a brace is an object
}

function parseEntry(name: string, entry: unknown, where: string): HeaderEntry {
  const place = `${where}: tensor "${name}"`;
  if (!isRecord(entry)) throw corrupt(place, "an object", JSON.stringify(entry));
  const { dtype: fileDtype, shape, data_offsets: offsets } = entry;
  const dtype = FILE_TO_DTYPE.get(fileDtype);
  if (dtype === undefined) {
    throw corrupt(place, `a dtype out of ${[...FILE_TO_DTYPE.keys()].join(", ")}`, JSON.stringify(fileDtype));
  }
  if (!isSizeList(shape)) throw corrupt(place, "a shape of non-negative integers", JSON.stringify(shape));
  if (!isSizeList(offsets) || offsets.length !== 2) {
    throw corrupt(place, "two byte offsets", JSON.stringify(offsets));
  }
  const [begin, end] = offsets as [number, number];
  const numBytes = numElementsOf(shape) * bytesPerElement(dtype);
  if (end - begin !== numBytes) {
    throw corrupt(
      place,
      `${numBytes} bytes for ${dtype} [${shape.join(", ")}]`,
      `offsets ${begin} to ${end}`,
    );
  }
  return { name, dtype, shape, begin, end };
}

function checkCoverage(entries: readonly HeaderEntry[], numDataBytes: number, where: string): void {
  const inOrder = [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const { name, begin, end } of inOrder) {
    if (begin !== covered) {
      throw corrupt(`${where}: tensor "${name}"`, `its data to begin at byte ${covered}`, `byte ${begin}`);
    }
    covered = end;
  }
  if (covered !== numDataBytes) throw corrupt(where, `${covered} bytes of data`, `${numDataBytes} bytes`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizeList(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && Number(size) >= 0);
}

function corrupt(where: string, expected: string, actual: string | undefined, cause?: unknown): SemlinkError {
  return new SemlinkError({ code: "corrupt-file", where, expected, actual: actual ?? "nothing", cause });
}

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
 * @param isShared - tensors of bytes keep their place in `bytes` and are not copied
 * @throws SemlinkError "corrupt-file" when the file is truncated, its header is not what the format asks for, or
 * the tensors do not cover the data exactly once
 * @source safetensors format, https://github.com/huggingface/safetensors#format
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  where: string,
  { isShared = false }: { readonly isShared?: boolean } = {},
): TensorFile {
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
    const values = data.subarray(begin, end);
    const isInPlace = isShared && dtype === "uint8";
    const { buffer, byteOffset, length } = values;
    tensors.set(
      name,
      isInPlace
        ? { dtype, shape, data: new Uint8Array(buffer, byteOffset, length) }
        : hostTensorFromBytes(dtype, shape, values),
    );
  }
  return { tensors, metadata: header.metadata };
}

function truncated(where: string, expected: string, actual: string): SemlinkError {
  const hint = "the file is truncated or not a safetensors file";
  return new SemlinkError({ code: "corrupt-file", where, expected, actual, hint });
}
