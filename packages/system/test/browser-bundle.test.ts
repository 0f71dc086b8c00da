// SPDX-License-Identifier: Apache-2.0
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { bundleForBrowser, type PageBundle } from "../../engine/test/page-bundle.fixture.ts";

/** Runs a program that knows the bundle as `system`, in a process from which the globals of Node are taken away. */
async function runWithoutNode({ files }: PageBundle, program: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "semlink-bundle-"));
  for (const [name, content] of files) if (name.endsWith(".js")) writeFileSync(join(folder, name), content);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  const code = `
    for (const name of ["process", "Buffer", "setImmediate", "global"]) delete globalThis[name];
    const system = await import(${JSON.stringify(pathToFileURL(join(folder, "system.js")).href)});
    ${program}`;
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", code]);
    return stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("a bundle of @semlink/system for browsers", () => {
  let bundle: PageBundle;
  beforeAll(async () => {
    bundle = await bundleForBrowser("../../system/src/index.ts", "system");
  });

  it("needs no module of Node", () => {
    expect(bundle.nodeImports).toEqual([]);
  });

  it("loads and sends over a radio where there is neither process nor Buffer", async () => {
    const output = await runWithoutNode(
      bundle,
      `const radio = system.openRadio("awgn");
       const draw = { h: Float32Array.of(1, 0), noise: Float32Array.of(0, 0) };
       const { xHat } = radio.transmit({ x: Float32Array.of(1, -1), no: Float32Array.of(1) }, draw);
       console.log(JSON.stringify([...xHat]), typeof process, system.linkCardJsonSchema().title);`,
    );
    expect(output).toBe("[0.5,-0.5] undefined semlink link\n");
  });

  it("could not be made of what reads files, so the checks above can fail", async () => {
    const { nodeImports } = await bundleForBrowser("../../system/src/link/node/link-folder.ts", "node");
    expect(nodeImports.map((line) => line.replace(/^.*: /, ""))).toContain("node:fs/promises");
  });
});
