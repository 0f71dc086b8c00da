// SPDX-License-Identifier: Apache-2.0
import { exportModel, input, mul } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { tinyCard } from "./link-card.fixture.ts";
import { cardMetadata, linkCardJsonSchema, linkConventions, readLinkCard } from "./link-card.ts";

/** A model with that metadata. */
function modelWith(metadata: Readonly<Record<string, string>>): Uint8Array {
  const x = input("x", ["batch", 1]);
  return exportModel({ y: mul(x, x) }, new Map(), { name: "part", metadata });
}

/** The error of reading the card of a model. */
function refusedCard(card: unknown): unknown {
  try {
    return readLinkCard(
      modelWith({ semlink: typeof card === "string" ? card : JSON.stringify(card) }),
      "a.onnx",
    );
  } catch (error) {
    return error;
  }
}

describe("the card of a link", () => {
  it("is read as it was written into the metadata of a model", () => {
    expect(readLinkCard(modelWith(cardMetadata(tinyCard())), "a.onnx")).toEqual(tinyCard());
  });

  it("is missed in a model without one, in words that say what to do", () => {
    expect(() => readLinkCard(modelWith({}), "a.onnx")).toThrowErrorMatchingInlineSnapshot(
      `[SemlinkError: a.onnx: expected metadata under the key "semlink", got none (export the link with semlink, which writes lengths, scaling and conventions into the model)]`,
    );
  });

  it("of another format is refused by its version, whatever else it says", () => {
    expect(refusedCard({ format: "semlink-link/2", anything: 1 })).toMatchObject({
      code: "unknown-format",
      where: "a.onnx",
      expected: "a card of format semlink-link/1",
      actual: "semlink-link/2",
      hint: expect.stringContaining("export it again") as string,
    });
  });

  it.each([
    ["text that is no JSON", "{", "the card"],
    ["no object", 3, "the card"],
    ["no length", tinyCard({ lengths: [] }), "lengths"],
    ["an unknown field", { ...tinyCard(), extra: 1 }, "the card"],
    ["a width that is none", tinyCard({ embedDim: -1 }), "embedDim"],
  ])("is refused, naming its first mistake: %s", (_title, card, mistake) => {
    expect(refusedCard(card)).toMatchObject({
      code: "corrupt-file",
      where: "a.onnx",
      actual: expect.stringMatching(new RegExp(`^${mistake}: `)) as string,
    });
  });

  it("states the power and the reception that it has, not those of other links", () => {
    const text = (power: "unit" | "peak", reception: "equalized" | "raw"): string =>
      linkConventions({ power, reception }).join("\n");
    expect(text("unit", "equalized")).toMatch(/sum \|x_i\|\^2 = 1[^]*equalizedEsNoDb/);
    expect(text("peak", "raw")).toMatch(/\|x_i\|\^2 <= 1[^]*gain \[/);
    expect(text("peak", "raw")).not.toMatch(/sum|equalizedEsNoDb/);
  });

  it("has a published schema that describes every field", () => {
    const { properties, required } = linkCardJsonSchema() as {
      properties: Record<string, { description?: string }>;
      required: string[];
    };
    expect([...required].sort()).toEqual(Object.keys(tinyCard()).sort());
    for (const field of Object.values(properties)) expect(field.description).toMatch(/\w/);
  });
});
