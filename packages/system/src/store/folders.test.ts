// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { eachTempFolder } from "../temp-folder.fixture.ts";
import { makeFolder } from "./folders.ts";

const folder = eachTempFolder();

describe("makeFolder", () => {
  it("makes a folder and those above it, also by several at once, and leaves one that is there", async () => {
    const deep = join(folder(), "a", "b", "c");
    await Promise.all(Array.from({ length: 8 }, () => makeFolder(deep)));
    await makeFolder(deep);
    expect((await stat(deep)).isDirectory()).toBe(true);
  });

  it("is refused in words below a file", async () => {
    await writeFile(join(folder(), "file"), "");
    await expect(makeFolder(join(folder(), "file", "below"))).rejects.toMatchObject({ code: "write-failed" });
    await expect(makeFolder(join(folder(), "file"))).rejects.toMatchObject({ code: "write-failed" });
  });

  it.runIf(existsSync("/proc/self"))(
    "is refused, and ends, where folders cannot be made at all",
    async () => {
      await expect(makeFolder("/proc/nope/below")).rejects.toMatchObject({
        code: "write-failed",
        where: "/proc/nope/below",
      });
    },
  );
});
