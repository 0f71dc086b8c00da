// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import {
  bytesOf,
  checkHostTensor,
  hostTensorFromBytes,
  numElementsOf,
  bytesPerElement,
} from "./host-tensor.ts";

describe("host tensors", () => {
  it("know the bytes of one element", () => {
    const dtypes = ["float32", "int64", "int32", "bool", "float16", "uint8"] as const;
    expect(dtypes.map(bytesPerElement)).toEqual([4, 8, 4, 1, 2, 1]);
  });

  it("have one element when scalar and none when an axis is empty", () => {
    expect([[], [2, 3], [4, 0]].map(numElementsOf)).toEqual([1, 6, 0]);
  });

  it("are read from unaligned bytes into memory of their own", () => {
    const bytes = new Uint8Array([9, 0, 0, 128, 63, 0, 0, 0, 64]); // 1 and 2 in float32, one byte in
    const tensor = hostTensorFromBytes("float32", [2], bytes.subarray(1));
    bytes.fill(0);
    expect(tensor.data).toEqual(new Float32Array([1, 2]));
    expect([...bytesOf(tensor)]).toEqual([0, 0, 128, 63, 0, 0, 0, 64]);
  });

  it("give the bytes of a view only", () => {
    const data = new Int32Array([1, 2, 3]).subarray(1, 2);
    expect([...bytesOf({ dtype: "int32", shape: [1], data })]).toEqual([2, 0, 0, 0]);
  });

  it("are refused when values, type and shape disagree", () => {
    const data = new Float32Array(6);
    expect(() => {
      checkHostTensor("weight", { dtype: "float32", shape: [2, 3], data });
    }).not.toThrow();
    expect(() => {
      checkHostTensor("weight", { dtype: "float32", shape: [2, 4], data });
    }).toThrow("weight: expected Float32Array of 8 values for float32 [2, 4], got Float32Array of 6 values");
    expect(() => {
      checkHostTensor("weight", { dtype: "int32", shape: [2, 3], data });
    }).toThrow("expected Int32Array of 6 values for int32 [2, 3], got Float32Array of 6 values");
  });
});
