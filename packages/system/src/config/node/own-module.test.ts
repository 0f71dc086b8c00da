// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { eachTempFolder } from "../../temp-folder.fixture.ts";
import { moduleDigest } from "./own-module.ts";

describe("the digest of a module", () => {
  const folder = eachTempFolder();

  /** A module that imports a second, which imports the first again. */
  async function pair(name: string, second: string): Promise<string> {
    const place = join(folder(), name);
    await mkdir(place);
    await writeFile(join(place, "a.js"), 'export { b } from "./b.js"; // and from "./nowhere.js"\n');
    await writeFile(join(place, "b.js"), second);
    return join(place, "a.js");
  }

  it("is that of its content where it imports packages alone", async () => {
    const text = 'import { rngFrom } from "@semlink/engine";\n';
    const path = join(folder(), "alone.js");
    await writeFile(path, text);
    expect(moduleDigest(path)).toBe(createHash("sha256").update(text).digest("hex"));
  });

  it("follows relative imports, circles too, wherever the files lie", async () => {
    const second = 'import "./a.js";\nexport const b = 1;\n';
    const [here, there] = [await pair("here", second), await pair("there", second)];
    expect(moduleDigest(there)).toBe(moduleDigest(here));
    expect(moduleDigest(await pair("changed", `${second}// changed\n`))).not.toBe(moduleDigest(here));
  });

  it("names a file that is not there", () => {
    expect(() => moduleDigest("nowhere.js")).toThrow(
      expect.objectContaining({ code: "missing-module", where: "nowhere.js" }),
    );
  });
});
