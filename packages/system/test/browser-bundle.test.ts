// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { bundleForBrowser } from "../../engine/test/page-bundle.fixture.ts";

describe("a bundle of the system for browsers", () => {
  it("needs no module of Node, and no package that stands on one", async () => {
    const { files, nodeImports } = await bundleForBrowser("../../system/src/index.ts", "system");
    expect(nodeImports).toEqual([]);
    expect(files.get("system.js")).toContain("openLink");
  });

  it("of @semlink/system/node does need them, so the check above can fail", async () => {
    const { nodeImports } = await bundleForBrowser("../../system/src/link/node/link-folder.ts", "node");
    expect(nodeImports.map((line) => line.replace(/^.*: /, ""))).toContain("node:fs/promises");
  });
});
