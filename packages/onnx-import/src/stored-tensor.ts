// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import type { DType } from "@semlink/engine";
import { TensorProto_DataLocation, TensorProto_DataType } from "onnx-buf";
import type { TensorProto } from "onnx-buf";
import { known } from "./values.ts";
import type { KnownValue } from "./values.ts";

/** How the values of one ONNX element type are read, from raw bytes and from the typed field of a tensor. */
interface Encoding {
  readonly dtype: DType;
  readonly bytes: number;
  readonly read: (view: DataView, offset: number) => number;
  readonly field: (tensor: TensorProto) => ArrayLike<number | bigint>;
  /** Meaning of an entry of the field where it is not the value itself. */
  readonly decode?: (entry: number) => number;
}

type IntegerReader = (view: DataView, offset: number) => number;

const integer = (dtype: DType, bytes: number, read: IntegerReader): Encoding => ({
  dtype,
  bytes,
  read,
  field: ({ int32Data }) => int32Data,
});

const half = (decode: (bits: number) => number): Encoding => ({
  dtype: "float32",
  bytes: 2,
  read: (view, offset) => decode(view.getUint16(offset, true)),
  field: ({ int32Data }) => int32Data,
  decode,
});

const ENCODINGS: ReadonlyMap<number, Encoding> = new Map([
  [
    TensorProto_DataType.FLOAT,
    {
      dtype: "float32",
      bytes: 4,
      read: (view, offset) => view.getFloat32(offset, true),
      field: ({ floatData }) => floatData,
    },
  ],
  [
    TensorProto_DataType.DOUBLE,
    {
      dtype: "float32",
      bytes: 8,
      read: (view, offset) => view.getFloat64(offset, true),
      field: ({ doubleData }) => doubleData,
    },
  ],
  [TensorProto_DataType.FLOAT16, half(float16)],
  [TensorProto_DataType.BFLOAT16, half(bfloat16)],
  [
    TensorProto_DataType.INT64,
    {
      dtype: "int64",
      bytes: 8,
      read: (view, offset) => Number(view.getBigInt64(offset, true)),
      field: ({ int64Data }) => int64Data,
    },
  ],
  [TensorProto_DataType.INT32, integer("int32", 4, (view, offset) => view.getInt32(offset, true))],
  [TensorProto_DataType.INT16, integer("int32", 2, (view, offset) => view.getInt16(offset, true))],
  [TensorProto_DataType.INT8, integer("int32", 1, (view, offset) => view.getInt8(offset))],
  [TensorProto_DataType.UINT16, integer("int32", 2, (view, offset) => view.getUint16(offset, true))],
  [TensorProto_DataType.UINT8, integer("int32", 1, (view, offset) => view.getUint8(offset))],
  [TensorProto_DataType.BOOL, integer("bool", 1, (view, offset) => view.getUint8(offset))],
]);

/**
 * The values of a stored tensor, as the nearest element type of the engine: halves and doubles as float32, small
 * integers as int32.
 *
 * @throws SemlinkError `unsupported-tensor` for other element types and for values that lie in another file,
 * `corrupt-file` when the number of values is not that of the shape
 */
export function storedTensor(tensor: TensorProto, where: string): KnownValue {
  const place = `${where} › tensor "${tensor.name}"`;
  const encoding = encodingOf(tensor, place);
  const shape = tensor.dims.map(Number);
  const size = shape.reduce((product, dim) => product * dim, 1);
  const values = encoding.dtype === "float32" ? new Float32Array(size) : new Array<number>(size);
  const { rawData } = tensor;
  if (rawData.length > 0) {
    checkCount(rawData.length, size * encoding.bytes, "bytes", place);
    const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
    for (let index = 0; index < size; index++) values[index] = encoding.read(view, index * encoding.bytes);
  } else {
    const entries = encoding.field(tensor);
    checkCount(entries.length, size, "values", place);
    const { decode = (entry: number) => entry } = encoding;
    for (let index = 0; index < size; index++) values[index] = decode(Number(entries[index]!));
  }
  return known(encoding.dtype, shape, values);
}

/** The engine's element type for an ONNX one, or null where there is none. */
export function engineDType(onnxCode: number): DType | null {
  return ENCODINGS.get(onnxCode)?.dtype ?? null;
}

function encodingOf({ dataType, dataLocation }: TensorProto, where: string): Encoding {
  const encoding = ENCODINGS.get(dataType);
  const isInside = dataLocation !== TensorProto_DataLocation.EXTERNAL;
  if (encoding !== undefined && isInside) return encoding;
  throw new SemlinkError({
    code: "unsupported-tensor",
    where,
    expected: isInside ? "float, half, double, bool or an integer type" : "values inside the model file",
    actual: isInside ? `element type ${dataType}` : "values in another file",
    hint: isInside ? undefined : "save the model with its data embedded",
  });
}

function checkCount(actual: number, expected: number, what: string, where: string): void {
  if (actual === expected) return;
  throw new SemlinkError({
    code: "corrupt-file",
    where,
    expected: `${expected} ${what}`,
    actual: `${actual}`,
    hint: "the file is damaged; export the model again",
  });
}

// IEEE 754 binary16: 1 sign bit, 5 bits of exponent with bias 15, 10 bits of fraction.
function float16(bits: number): number {
  const sign = bits >> 15 === 1 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

// The upper half of a float32.
function bfloat16(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(0, bits);
  return view.getFloat32(0);
}
