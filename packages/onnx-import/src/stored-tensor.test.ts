// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { TensorProto_DataLocation, TensorProto_DataType, TensorProtoSchema } from "onnx-buf";
import { describe, expect, it } from "vitest";
import { storedTensor } from "./stored-tensor.ts";
import fc from "fast-check";

const type = TensorProto_DataType;

function raw(dataType: TensorProto_DataType, data: ArrayBufferView<ArrayBuffer>, numValues: number): unknown {
  // One byte in front: messages do not align their fields.
  const bytes = new Uint8Array(data.byteLength + 1);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 1);
  const tensor = create(TensorProtoSchema, {
    dims: [BigInt(numValues)],
    dataType,
    rawData: bytes.subarray(1),
  });
  const { dtype, shape, elements } = storedTensor(tensor, "net.onnx");
  return { dtype, shape, elements: Array.from(elements) };
}

describe("raw bytes of a stored tensor are read as", () => {
  it.each<[string, TensorProto_DataType, ArrayBufferView<ArrayBuffer>, string, number[]]>([
    ["floats", type.FLOAT, Float32Array.of(1.5, -2), "float32", [1.5, -2]],
    ["doubles", type.DOUBLE, Float64Array.of(1.5, 1e-3), "float32", [1.5, Math.fround(1e-3)]],
    ["long integers", type.INT64, BigInt64Array.of(-7n, 2n ** 40n), "int64", [-7, 2 ** 40]],
    ["integers", type.INT32, Int32Array.of(-7, 70_000), "int32", [-7, 70_000]],
    ["short integers", type.INT16, Int16Array.of(-7, 300), "int32", [-7, 300]],
    ["small integers", type.INT8, Int8Array.of(-7, 100), "int32", [-7, 100]],
    ["unsigned short integers", type.UINT16, Uint16Array.of(7, 65_535), "int32", [7, 65_535]],
    ["bytes", type.UINT8, Uint8Array.of(7, 255), "int32", [7, 255]],
    ["booleans", type.BOOL, Uint8Array.of(0, 1), "bool", [0, 1]],
    // Bit patterns by IEEE 754: 1, −2, the largest, the smallest, infinity.
    [
      "halves",
      type.FLOAT16,
      Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0001, 0x7c00),
      "float32",
      [1, -2, 65_504, 2 ** -24, Infinity],
    ],
    ["brain floats", type.BFLOAT16, Uint16Array.of(0x3f80, 0xc000, 0x3fc0), "float32", [1, -2, 1.5]],
  ])("%s", (_name, dataType, data, dtype, values) => {
    expect(raw(dataType, data, values.length)).toEqual({ dtype, shape: [values.length], elements: values });
  });
});

describe("the typed field of a stored tensor is read as", () => {
  it.each([
    ["floats", { dataType: type.FLOAT, floatData: [1.5, -2] }, [1.5, -2]],
    ["doubles", { dataType: type.DOUBLE, doubleData: [1.5, -2] }, [1.5, -2]],
    ["long integers", { dataType: type.INT64, int64Data: [-7n, 3n] }, [-7, 3]],
    ["booleans", { dataType: type.BOOL, int32Data: [1, 0] }, [1, 0]],
    ["bit patterns of halves", { dataType: type.FLOAT16, int32Data: [0x3c00, 0xb800] }, [1, -0.5]],
  ])("%s", (_name, fields, values) => {
    const tensor = create(TensorProtoSchema, { dims: [1n, 2n], ...fields });
    const { shape, elements } = storedTensor(tensor, "net.onnx");
    expect([shape, Array.from(elements)]).toEqual([[1, 2], values]);
  });
});

it("a half is sign, exponent and fraction of any bit pattern", () => {
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.integer({ min: 1, max: 30 }),
      fc.nat(1023),
      (isNegative, exponent, fraction) => {
        const bits = (isNegative ? 0x8000 : 0) | (exponent << 10) | fraction;
        const value = (isNegative ? -1 : 1) * 2 ** (exponent - 25) * (1024 + fraction);
        expect(raw(type.FLOAT16, Uint16Array.of(bits), 1)).toMatchObject({ elements: [value] });
      },
    ),
  );
});

describe("a stored tensor is refused", () => {
  it.each([
    ["of text", { dataType: type.STRING }, "unsupported-tensor", /element type 8/],
    [
      "in another file",
      { dataType: type.FLOAT, dataLocation: TensorProto_DataLocation.EXTERNAL },
      "unsupported-tensor",
      /another file .*readModelFile/,
    ],
    [
      "with too few bytes",
      { dataType: type.FLOAT, rawData: new Uint8Array(7) },
      "corrupt-file",
      /8 bytes, got 7/,
    ],
    [
      "with too many values",
      { dataType: type.FLOAT, floatData: [1, 2, 3] },
      "corrupt-file",
      /2 values, got 3/,
    ],
  ])("%s", (_name, fields, code, message) => {
    const tensor = create(TensorProtoSchema, { name: "w", dims: [2n], ...fields });
    expect(() => storedTensor(tensor, "net.onnx")).toThrow(
      expect.objectContaining({
        code,
        where: 'net.onnx › tensor "w"',
        message: expect.stringMatching(message) as string,
      }),
    );
  });
});
