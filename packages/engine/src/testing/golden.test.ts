// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { readGolden } from "./golden.ts";

describe("readGolden", () => {
  const { source, cases } = readGolden(new URL("../ops/__goldens__/ops.json", import.meta.url));

  it("makes tensors of what is stored with shape and data", () => {
    const { output } = cases.find(({ name }) => name === "reduce-sum")!;
    expect(output.data).toBeInstanceOf(Float64Array);
    expect(output.shape).toEqual([output.data.length]);
  });

  it("leaves attributes named shape alone", () => {
    expect(cases.find(({ name }) => name === "reshape")!.attrs).toEqual({ shape: [4, 6] });
  });

  it("says where the values come from", () => {
    expect(source).toMatch(/PyTorch/);
  });
});
