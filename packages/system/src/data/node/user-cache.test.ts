// SPDX-License-Identifier: Apache-2.0
import path from "node:path";
import { describe, expect, it } from "vitest";
import { userCacheFolder } from "./user-cache.ts";

const home = "/home/ada";

describe("userCacheFolder", () => {
  it.each([
    ["linux", {}, "/home/ada/.cache/semlink"],
    ["linux", { XDG_CACHE_HOME: "/var/caches" }, "/var/caches/semlink"],
    ["linux", { XDG_CACHE_HOME: "" }, "/home/ada/.cache/semlink"],
    ["linux", { XDG_CACHE_HOME: "relative" }, "/home/ada/.cache/semlink"],
    ["darwin", { XDG_CACHE_HOME: "/var/caches" }, "/home/ada/Library/Caches/semlink"],
    ["win32", { LOCALAPPDATA: "C:\\Users\\ada\\Local" }, "C:\\Users\\ada\\Local\\semlink"],
  ] as const)("on %s with %j is %s", (platform, env, expected) => {
    expect(userCacheFolder({ env, platform, home })).toBe(expected);
  });

  it("is SEMLINK_CACHE on every platform when it is set", () => {
    const env = { SEMLINK_CACHE: "/mnt/cache", XDG_CACHE_HOME: "/var/caches", LOCALAPPDATA: "C:\\Local" };
    for (const platform of ["linux", "darwin", "win32"] as const) {
      expect(userCacheFolder({ env, platform, home })).toBe(path.resolve("/mnt/cache"));
    }
  });
});
