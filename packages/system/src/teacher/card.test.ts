// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { checkTeacherFits, parseTeacherCard, type TeacherCard } from "./card.ts";

const FIRST = {
  name: "airbench-lite",
  dataset: "cifar10",
  classNames: ["a", "b", "c"],
  imageShape: [3, 32, 32],
  mean: [0.5, 0.5, 0.5],
  std: [0.25, 0.25, 0.25],
  embedDim: 128,
  params: 7,
  macs: 9,
  provenance: { seed: 1 },
};
const card: TeacherCard = {
  format: "semlink-teacher/2",
  name: "airbench-lite",
  source: "cifar10",
  images: {
    input: "images",
    shape: [3, 32, 32],
    layout: "nchw",
    mean: [0.5, 0.5, 0.5],
    std: [0.25, 0.25, 0.25],
  },
  outputs: { embedding: { name: "embedding", width: 128 }, answer: { name: "logits", width: 3 } },
  hasMap: true,
  space: "standardized",
  classNames: ["a", "b", "c"],
  params: 7,
  macs: 9,
  licence: null,
  provenance: { seed: 1 },
};

describe("parseTeacherCard", () => {
  it("reads a card as it was written", () => {
    expect(parseTeacherCard(JSON.stringify(card), "here")).toEqual(card);
  });

  it("reads a card of the first format as the classifier that it was", () => {
    expect(parseTeacherCard(JSON.stringify(FIRST), "here")).toEqual(card);
  });

  it.each([
    ["another format", { ...card, format: "semlink-teacher/3" }, /^format: /],
    ["a key of the first format", { ...card, embedDim: 128 }, /Unrecognized key: "embedDim"/],
    ["a key of the second format without its name", { ...FIRST, space: "unit" }, /Unrecognized key: "space"/],
    ["an unknown space", { ...card, space: "curved" }, /^space: /],
  ])("refuses %s, naming the place", (_what, value, actual) => {
    expect(() => parseTeacherCard(JSON.stringify(value), "here")).toThrow(
      expect.objectContaining({
        code: "corrupt-file",
        where: "here",
        actual: expect.stringMatching(actual) as string,
      }),
    );
  });
});

describe("checkTeacherFits", () => {
  const fits = (imageShape: readonly [number, number, number], answerDim: number | null): void => {
    checkTeacherFits(card, "here", { imageShape, answerDim });
  };

  it("accepts images of another size, and any answer where the task takes none", () => {
    expect(() => {
      fits([3, 32, 32], 3);
      fits([3, 224, 160], null);
    }).not.toThrow();
  });

  it("refuses another number of channels, and another or no answer where the task takes one", () => {
    const wrong = expect.objectContaining({ code: "wrong-teacher", where: "here" }) as Error;
    expect(() => {
      fits([1, 32, 32], 3);
    }).toThrow(wrong);
    expect(() => {
      fits([3, 32, 32], 10);
    }).toThrow(wrong);
    const silent = { ...card, outputs: { ...card.outputs, answer: null } };
    expect(() => {
      checkTeacherFits(silent, "here", { imageShape: [3, 32, 32], answerDim: 3 });
    }).toThrow(wrong);
  });
});
