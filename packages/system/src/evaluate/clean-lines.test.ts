// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { pairedInterval } from "./assemble-results.ts";
import { cleanComparisons, cleanLines } from "./clean-lines.ts";
import { wilsonInterval } from "../numbers/statistics.ts";

const labels = Uint8Array.of(0, 1, 2, 3, 0, 1, 2, 3);
const clean = {
  teacher: { predictions: [0, 1, 2, 3, 0, 1, 2, 0] },
  student: { predictions: [0, 1, 2, 3, 0, 1, 0, 0], r2: 0.7 },
  control: { predictions: [0, 1, 2, 0, 0, 0, 0, 1] },
};
const link = { kind: "cat" as const, devicePredictions: Uint8Array.of(0, 1, 2, 3, 3, 3, 3, 3), points: [] };

describe("cleanLines", () => {
  const lines = cleanLines(clean, [link], labels);

  it("is teacher, student, control, and the device of each link, with Wilson's interval", () => {
    expect(lines.map(({ id, figures }) => [id, figures["accuracy"]])).toEqual([
      ["teacher", wilsonInterval(7, 8, 0.95)],
      ["student", wilsonInterval(6, 8, 0.95)],
      ["control", wilsonInterval(4, 8, 0.95)],
      ["cat-device", wilsonInterval(5, 8, 0.95)],
    ]);
  });

  it("has the agreement with the teacher of all but the teacher", () => {
    expect(lines.map(({ figures }) => figures["teacherAgreement"])).toEqual([
      undefined,
      wilsonInterval(7, 8, 0.95),
      wilsonInterval(4, 8, 0.95),
      wilsonInterval(4, 8, 0.95),
    ]);
  });

  it("has R^2 only of a student that imitates the teacher's embedding", () => {
    const r2 = lines.map(({ figures }) => figures["teacherR2"]);
    expect(r2).toEqual([undefined, { value: 0.7 }, undefined, undefined]);
  });
});

describe("cleanComparisons", () => {
  it("is student minus control and student minus teacher, paired over the images", () => {
    const [worth, gap, ...others] = cleanComparisons(clean, labels);
    expect(others).toEqual([]);
    expect(worth).toMatchObject({ id: "kd - no-kd", figure: "accuracy", note: /one training seed/ });
    expect(worth!.difference).toEqual(pairedInterval(Float32Array.of(0, 0, 0, 1, 0, 1, 0, 0)));
    expect(gap!.id).toBe("student - teacher");
    expect(gap!.difference).toEqual(pairedInterval(Float32Array.of(0, 0, 0, 0, 0, 0, -1, 0)));
  });

  it("says nothing of a control that was not trained", () => {
    const { teacher, student } = clean;
    expect(cleanComparisons({ teacher, student }, labels).map(({ id }) => id)).toEqual(["student - teacher"]);
  });
});
