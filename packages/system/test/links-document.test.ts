// SPDX-License-Identifier: Apache-2.0
import { readOnnx } from "@semlink/onnx-import";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type ChannelSpec, openRadio, readLinkCard } from "../src/index.ts";
import { exportedTinyLink } from "../src/link/exported-link.fixture.ts";

const DOCUMENT = readFileSync(new URL("../../../docs/links.md", import.meta.url), "utf8");
const SOURCES = ["link-card", "link-halves", "link-input", "node/link-folder"].map((name) =>
  readFileSync(new URL(`../src/link/${name}.ts`, import.meta.url), "utf8"),
);

/** Names in backticks in the first column of the first table behind a line of the document. */
function firstColumn(behind: string): string[] {
  const [, rest] = DOCUMENT.split(`\n${behind}\n`);
  const table = rest!.slice(rest!.indexOf("\n|")).split("\n\n")[0]!;
  return Array.from(table.matchAll(/^\| `(\w[\w-]*)`/gm), ([, name]) => name!);
}

describe("docs/links.md", () => {
  const files = exportedTinyLink();
  const namesOf = (model: Uint8Array): string[] => {
    const { inputs, outputs } = readOnnx(model, "model");
    return [...inputs, ...outputs].map(({ name }) => name).sort();
  };

  it("lists what goes into the transmitter and comes out", () => {
    expect(firstColumn("The transmitter:").sort()).toEqual(namesOf(files.transmitter));
  });

  it("lists what goes into the receiver and comes out, and what raw receivers take", () => {
    expect(firstColumn("The receiver:").sort()).toEqual([...namesOf(files.receiver), "gain", "no"].sort());
  });

  it("explains every field of the card, in its order", () => {
    expect(firstColumn("## The card")).toEqual(Object.keys(readLinkCard(files.receiver, "receiver")));
  });

  it("lists every code that a link is refused with", () => {
    const codes = SOURCES.flatMap((text) =>
      Array.from(text.matchAll(/code: "([\w-]+)"/g), ([, code]) => code!),
    );
    expect(firstColumn("## What is refused").sort()).toEqual([...new Set(codes)].sort());
  });

  it("names channels that can be opened", () => {
    const specs = JSON.parse(/```json\n([^]*?)```/.exec(DOCUMENT)![1]!) as ChannelSpec[];
    expect(specs.map((spec) => openRadio(spec).kindIndex)).toEqual([1, 1, 1]);
  });
});
