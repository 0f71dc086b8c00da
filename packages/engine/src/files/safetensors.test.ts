// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SemlinkError } from "../errors.ts";
import { hostTensorFromBytes, type HostTensor, numElementsOf, bytesPerElement } from "./host-tensor.ts";
import { readSafetensors, writeSafetensors } from "./safetensors-file.ts";
import { decodeSafetensors, encodeSafetensors, type TensorFile } from "./safetensors.ts";

const DTYPES = ["float32", "int64", "int32", "bool", "float16", "uint8"] as const;

const anyTensor: fc.Arbitrary<HostTensor> = fc
  .tuple(fc.constantFrom(...DTYPES), fc.array(fc.nat({ max: 4 }), { maxLength: 4 }))
  .chain(([dtype, shape]) => {
    const length = numElementsOf(shape) * bytesPerElement(dtype);
    return fc
      .uint8Array({ minLength: length, maxLength: length })
      .map((bytes) => hostTensorFromBytes(dtype, shape, bytes));
  });

const anyFile: fc.Arbitrary<TensorFile> = fc.record({
  tensors: fc
    .array(fc.tuple(fc.string({ unit: "binary" }), anyTensor), { maxLength: 6 })
    .map((entries) => new Map(entries)),
  metadata: fc.dictionary(fc.string({ unit: "binary" }), fc.string(), { noNullPrototype: true }),
});

const sample: TensorFile = {
  tensors: new Map<string, HostTensor>([
    ["flag", { dtype: "bool", shape: [], data: new Uint8Array([1]) }],
    ["student.stem.weight", { dtype: "float32", shape: [2, 1], data: new Float32Array([1, -2]) }],
    ["step", { dtype: "int64", shape: [1], data: new BigInt64Array([7n]) }],
  ]),
  metadata: { stage: "distill" },
};

/** A file with the given header text and number of data bytes. */
function fileOf(header: string, numDataBytes: number): Uint8Array {
  const json = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + json.length + numDataBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  return file;
}

describe("safetensors", () => {
  it("decodes what it encoded, for every type, shape, name and metadata", () => {
    fc.assert(
      fc.property(anyFile, (file) => {
        const decoded = decodeSafetensors(encodeSafetensors(file), "memory");
        expect(decoded.metadata).toEqual(file.metadata);
        expect(new Set(decoded.tensors.keys())).toEqual(new Set(file.tensors.keys()));
        for (const [name, tensor] of file.tensors) expect(decoded.tensors.get(name)).toEqual(tensor);
      }),
    );
  });

  it("gives the same bytes whatever the order of the tensors", () => {
    const reversed = { ...sample, tensors: new Map([...sample.tensors].reverse()) };
    expect(encodeSafetensors(reversed)).toEqual(encodeSafetensors(sample));
  });

  it("writes the length, a header padded with spaces to 8 bytes, and aligned little-endian values", () => {
    const file = encodeSafetensors(sample);
    const headerLength = Number(new DataView(file.buffer).getBigUint64(0, true));
    expect(headerLength % 8).toBe(0);
    const header = new TextDecoder().decode(file.subarray(8, 8 + headerLength));
    expect(header.trimEnd()).toBe(
      '{"__metadata__":{"stage":"distill"},' +
        '"step":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},' +
        '"student.stem.weight":{"dtype":"F32","shape":[2,1],"data_offsets":[8,16]},' +
        '"flag":{"dtype":"BOOL","shape":[],"data_offsets":[16,17]}}',
    );
    const data = [...file.subarray(8 + headerLength)];
    expect(data).toEqual([7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 128, 63, 0, 0, 0, 192, 1]);
  });

  it("reads a header that is not a multiple of 8 bytes", () => {
    const file = fileOf('{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4);
    expect(decodeSafetensors(file, "memory").tensors.get("w")?.data).toEqual(new Float32Array(1));
  });

  it("refuses a file cut at any byte, naming it", () => {
    const file = encodeSafetensors(sample);
    for (let length = 0; length < file.length; length++) {
      const decode = (): TensorFile => decodeSafetensors(file.subarray(0, length), "run/student.safetensors");
      expect(decode).toThrow(SemlinkError);
      expect(decode).toThrow(
        expect.objectContaining({ code: "corrupt-file", where: "run/student.safetensors" }),
      );
    }
  });

  it("refuses a file with a byte too many", () => {
    const file = encodeSafetensors(sample);
    const longer = new Uint8Array(file.length + 1);
    longer.set(file);
    expect(() => decodeSafetensors(longer, "f")).toThrow("f: expected 17 bytes of data, got 18 bytes");
  });

  it("throws nothing but corrupt-file when one byte of the header is altered", () => {
    const file = encodeSafetensors(sample);
    fc.assert(
      fc.property(fc.nat({ max: file.length - 18 }), fc.integer({ min: 0, max: 255 }), (index, value) => {
        const altered = file.slice();
        altered[index] = value;
        try {
          decodeSafetensors(altered, "f");
        } catch (error) {
          expect(error).toMatchObject({ name: "SemlinkError", code: "corrupt-file" });
        }
      }),
      { numRuns: 1000 },
    );
  });

  const entry = (fields: string): string =>
    `{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4],${fields}}}`;

  it.each([
    ["text that is not JSON", '{"w":', 0, "expected a JSON header"],
    ["an array", "[]", 0, "expected a header that begins with {"],
    ["an empty header", "", 0, "expected a header that begins with {, got byte undefined"],
    ["a tensor that is no object", '{"w":3}', 0, 'tensor "w": expected an object, got 3'],
    ["metadata that is not text", '{"__metadata__":{"a":1}}', 0, "expected metadata of text values"],
    ["an unknown dtype", entry('"dtype":"F33"'), 4, 'got "F33"'],
    ["a missing dtype", '{"w":{"shape":[],"data_offsets":[0,4]}}', 4, "got nothing"],
    ["a negative size", entry('"shape":[-1]'), 4, "expected a shape of non-negative integers"],
    ["a fractional size", entry('"shape":[0.5]'), 4, "expected a shape of non-negative integers"],
    ["a single offset", entry('"data_offsets":[0]'), 4, "expected two byte offsets"],
    ["negative offsets", entry('"data_offsets":[-4,0]'), 4, "expected two byte offsets"],
    ["offsets the wrong way round", entry('"data_offsets":[4,0]'), 4, "got offsets 4 to 0"],
    ["a shape that needs other bytes", entry('"shape":[2]'), 4, "expected 8 bytes for float32 [2]"],
    ["a hole in the data", entry('"data_offsets":[4,8]'), 8, "begin at byte 0, got byte 4"],
    ["data that is missing", entry('"data_offsets":[0,4]'), 3, "expected 4 bytes of data, got 3 bytes"],
    [
      "tensors that overlap",
      '{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}',
      4,
      'tensor "b": expected its data to begin at byte 3, got byte 2',
    ],
  ])("refuses %s", (_name, header, numDataBytes, message) => {
    const decode = (): TensorFile => decodeSafetensors(fileOf(header, numDataBytes), "f");
    expect(decode).toThrow(message);
    expect(decode).toThrow(expect.objectContaining({ code: "corrupt-file" }));
  });

  it("refuses a header that is not UTF-8", () => {
    const file = fileOf('{"__metadata__":{"a":"b"}}', 0);
    file[file.length - 4] = 0xff;
    expect(() => decodeSafetensors(file, "f")).toThrow("expected a JSON header");
  });

  it("refuses to encode the reserved name and values that do not fit their shape", () => {
    const data = new Float32Array(1);
    const encode = (name: string, shape: number[]): Uint8Array =>
      encodeSafetensors({ tensors: new Map([[name, { dtype: "float32", shape, data }]]), metadata: {} });
    expect(() => encode("__metadata__", [1])).toThrow(expect.objectContaining({ code: "invalid-tensor" }));
    expect(() => encode("w", [2])).toThrow('tensor "w": expected Float32Array of 2 values');
  });

  it("reads the file it wrote, and says which file is missing or damaged", async () => {
    const folder = await mkdtemp(join(tmpdir(), "semlink-safetensors-"));
    try {
      const path = join(folder, "student.safetensors");
      await expect(readSafetensors(path)).rejects.toMatchObject({ code: "read-failed", where: path });
      await writeSafetensors(path, sample);
      expect(await readSafetensors(path)).toEqual(sample);
      await writeFile(path, encodeSafetensors(sample).subarray(0, 40));
      await expect(readSafetensors(path)).rejects.toMatchObject({ code: "corrupt-file", where: path });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
