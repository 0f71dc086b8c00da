// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { bundleForBrowser } from "./page-bundle.fixture.ts";

describe("a bundle for browsers", () => {
  it.each([
    ["@semlink/engine", "../src/index.ts"],
    ["@semlink/engine/web", "../src/web.ts"],
  ])("of %s needs no module of Node", async (_name, entry) => {
    const { files, nodeImports } = await bundleForBrowser(entry, "engine");
    expect(nodeImports).toEqual([]);
    expect(files.get("engine.js")).toContain("export {");
  });

  it("of @semlink/engine/node does need them, so the check above can fail", async () => {
    const { nodeImports } = await bundleForBrowser("../src/files/atomic-write.ts", "node");
    expect(nodeImports.map((line) => line.replace(/^.*: /, ""))).toContain("node:fs/promises");
  });
});
