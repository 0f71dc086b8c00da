// SPDX-License-Identifier: Apache-2.0
import { describe, it } from "vitest";
import { drawn, expectAgreement } from "../agreement.fixture.ts";

describe("an imported Einsum agrees with ONNX Runtime", () => {
  it.each<[equation: string, x: (number | string)[], b: number[]]>([
    ["bqd,kd->bqk", ["batch", 3, 4], [5, 4]],
    ["b q d , k d -> k b q", ["batch", 3, 4], [5, 4]],
    ["bij,jk", ["batch", 3, 4], [4, 5]],
    ["zj,ja", ["batch", 4], [4, 5]],
    ["...ij,jk->...ik", ["batch", 2, 3, 4], [4, 5]],
    ["...ij,...jk", [2, 3, 4], [2, 4, 5]],
    ["b...,...->...b", ["batch", 3, 4], [3, 4]],
  ])("%s", (equation, x, b) =>
    expectAgreement({
      nodes: [{ type: "Einsum", inputs: ["x", "b"], attributes: { equation } }],
      inputs: { x: { shape: x } },
      stored: { b: drawn("b", ...b) },
    }),
  );
});
