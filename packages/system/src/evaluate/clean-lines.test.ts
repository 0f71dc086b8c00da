// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { clusteredMeanInterval, meanInterval } from "../numbers/statistics.ts";
import { accuracyOf } from "../task/classify.ts";
import { cleanComparisons, cleanLines, type CleanOutcome, type CleanSetting } from "./clean-lines.ts";
import { differenceOf } from "./estimates.ts";

const labels = Uint8Array.of(0, 1, 2, 3, 0, 1, 2, 3);
const sizes = { numClasses: 4 };
const figure = accuracyOf(sizes);
const set = { labels, images: new Uint8Array(8), count: 8, channels: 1, height: 1, width: 1 };
const setting: CleanSetting = { set, sizes, figure };
const missed = Float32Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.1, 0.2, 0.6);
const outcome = (id: string, decisions: readonly number[], own: Float32Array | null = null): CleanOutcome => {
  return { id, decisions: Uint8Array.from(decisions), missed: own };
};
const teacher = outcome("teacher", [0, 1, 2, 3, 0, 1, 2, 0]);
const student = outcome("student", [0, 1, 2, 3, 0, 1, 0, 0], missed);
const control = outcome("control", [0, 1, 2, 0, 0, 0, 0, 1]);
const devices = [{ line: "cat", decisions: Uint8Array.of(0, 1, 2, 3, 3, 3, 3, 3) }];

/** The interval of a share of these flags. */
const share = (...flags: readonly number[]): unknown => clusteredMeanInterval(Float32Array.from(flags), 0.95);

describe("cleanLines", () => {
  const lines = cleanLines([teacher, student, control], devices, setting);

  it("is teacher, student, control, and the device of each link, with Wilson's interval", () => {
    expect(lines.map(({ id, figures }) => [id, figures["accuracy"]])).toEqual([
      ["teacher", share(1, 1, 1, 1, 1, 1, 1, 0)],
      ["student", share(1, 1, 1, 1, 1, 1, 0, 0)],
      ["control", share(1, 1, 1, 0, 1, 0, 0, 0)],
      ["cat-device", share(1, 1, 1, 1, 0, 0, 0, 1)],
    ]);
  });

  it("has the agreement with the teacher of all but the teacher", () => {
    expect(lines.map(({ figures }) => figures["teacherAgreement"])).toEqual([
      undefined,
      share(1, 1, 1, 1, 1, 1, 0, 1),
      share(1, 1, 1, 0, 1, 0, 0, 0),
      share(1, 1, 1, 1, 0, 0, 0, 0),
    ]);
  });

  it("has R^2 only of a student that imitates the teacher's embedding, one less what is missed", () => {
    const [, ofStudent, ...others] = lines.map(({ figures }) => figures["teacherR2"]);
    const mean = meanInterval(missed, 0.95);
    expect(ofStudent).toMatchObject({ value: 1 - mean.value, low: 1 - mean.high, high: 1 - mean.low });
    expect(others).toEqual([undefined, undefined]);
  });

  it("agrees with nobody where there is no teacher's answer", () => {
    const [line] = cleanLines([student], [], setting);
    expect(Object.keys(line!.figures)).toEqual(["accuracy", "teacherR2"]);
  });
});

describe("cleanComparisons", () => {
  const rightBy = ({ decisions }: CleanOutcome): Float32Array =>
    figure.ofItems({ decisions }, { set, sizes })!;

  it("is student minus control and student minus teacher, paired over the images", () => {
    const [worth, gap, ...others] = cleanComparisons([teacher, student, control], setting);
    expect(others).toEqual([]);
    expect(worth).toMatchObject({ id: "kd - no-kd", figure: "accuracy", note: /one training seed/ });
    expect(worth!.difference).toEqual(differenceOf(figure, rightBy(student), rightBy(control)));
    expect(worth!.difference.value).toBeCloseTo(2 / 8, 12);
    expect(gap!.id).toBe("student - teacher");
    expect(gap!.difference.value).toBeCloseTo(-1 / 8, 12);
  });

  it("says nothing of a control that was not trained", () => {
    expect(cleanComparisons([teacher, student], setting).map(({ id }) => id)).toEqual(["student - teacher"]);
  });
});
