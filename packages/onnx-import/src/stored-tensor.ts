// SPDX-License-Identifier: Apache-2.0
import { formatShape, SemlinkError } from "@semlink/engine";
import type { DType } from "@semlink/engine";
import { TensorProto_DataLocation, TensorProto_DataType } from "onnx-buf";
import type { AttributeProto, TensorProto } from "onnx-buf";
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
  [
    TensorProto_DataType.UINT32,
    {
      dtype: "int64",
      bytes: 4,
      read: (view, offset) => view.getUint32(offset, true),
      field: ({ uint64Data }) => uint64Data,
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
 * `corrupt-file` when a size is no size, or when the number of values is not that of the shape
 */
export function storedTensor(tensor: TensorProto, where: string): KnownValue {
  const place = `${where} › tensor "${tensor.name}"`;
  const encoding = encodingOf(tensor, place);
  const { shape, size } = sizesOf(tensor, place);
  const { rawData } = tensor;
  const isRaw = rawData.length > 0;
  const entries = isRaw ? [] : encoding.field(tensor);
  // Counted before memory is taken: a damaged file may name any size.
  if (isRaw) checkCount(rawData.length, size * encoding.bytes, "bytes", place);
  else checkCount(entries.length, size, "values", place);
  const values = encoding.dtype === "float32" ? new Float32Array(size) : new Array<number>(size);
  if (isRaw) {
    const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
    for (let index = 0; index < size; index++) values[index] = encoding.read(view, index * encoding.bytes);
  } else {
    const { decode = (entry: number) => entry } = encoding;
    for (let index = 0; index < size; index++) values[index] = decode(Number(entries[index]!));
  }
  return { ...known(encoding.dtype, shape, values), elementType: tensor.dataType };
}

/**
 * The value that a Constant or ConstantOfShape carries, in whichever attribute; null for kinds that no engine value is.
 *
 * @throws SemlinkError as {@link storedTensor}
 */
export function carriedValue(
  attributes: ReadonlyMap<string, AttributeProto>,
  where: string,
): KnownValue | null {
  const tensor = attributes.get("value")?.t;
  if (tensor !== undefined) return storedTensor(tensor, where);
  const float = attributes.get("value_float");
  if (float !== undefined) return known("float32", [], [float.f]);
  const floats = attributes.get("value_floats")?.floats;
  if (floats !== undefined) return known("float32", [floats.length], Float32Array.from(floats));
  const integer = attributes.get("value_int");
  if (integer !== undefined) return known("int64", [], [Number(integer.i)]);
  const integers = attributes.get("value_ints")?.ints;
  return integers === undefined ? null : known("int64", [integers.length], integers.map(Number));
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
    hint: isInside
      ? undefined
      : "readModelFile of @semlink/onnx-import/node takes in the data beside a model",
  });
}

/**
 * Sizes of a stored tensor and their product.
 *
 * @throws SemlinkError `corrupt-file` when one is negative or no value could lie there
 */
export function sizesOf(
  { dims }: Pick<TensorProto, "dims">,
  where: string,
): { readonly shape: readonly number[]; readonly size: number } {
  const shape = dims.map(Number);
  const size = shape.reduce((product, dim) => product * dim, 1);
  if (shape.every((dim) => dim >= 0) && Number.isSafeInteger(size)) return { shape, size };
  throw new SemlinkError({
    code: "corrupt-file",
    where,
    expected: "sizes of at least 0 whose product can be counted",
    actual: formatShape(shape),
    hint: "the file is damaged; export the model again",
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
