// SPDX-License-Identifier: Apache-2.0
import { describeError, SemlinkError } from "../errors.ts";
import { type HostDType, numElementsOf, bytesPerElement } from "./host-tensor.ts";

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
