// SPDX-License-Identifier: Apache-2.0
import { homedir } from "node:os";
import path from "node:path";

/** Where the cache folder is looked up; a parameter so that every platform can be tested on any. */
export interface CacheSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly home: string;
}

/**
 * The folder for downloads and decoded data: `SEMLINK_CACHE` if set, else a `semlink` folder in the place that
 * the platform gives to caches (`LOCALAPPDATA`, `~/Library/Caches`, `XDG_CACHE_HOME` or `~/.cache`).
 *
 * Empty variables count as unset, and a relative `XDG_CACHE_HOME` is ignored.
 *
 * @source XDG Base Directory Specification 0.8
 */
export function userCacheFolder(
  { env, platform, home }: CacheSurroundings = {
    env: process.env,
    platform: process.platform,
    home: homedir(),
  },
): string {
  const override = env["SEMLINK_CACHE"];
  if (override) return path.resolve(override);
  if (platform === "win32") {
    const local = env["LOCALAPPDATA"] || path.win32.join(home, "AppData", "Local");
    return path.win32.join(local, "semlink");
  }
  if (platform === "darwin") return path.posix.join(home, "Library", "Caches", "semlink");
  const xdg = env["XDG_CACHE_HOME"];
  const caches = xdg && path.posix.isAbsolute(xdg) ? xdg : path.posix.join(home, ".cache");
  return path.posix.join(caches, "semlink");
}
