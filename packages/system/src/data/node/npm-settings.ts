// SPDX-License-Identifier: Apache-2.0
import path from "node:path";
import Config from "@npmcli/config";
import published from "@npmcli/config/lib/definitions/index.js";
import type { Options } from "pacote";

// npm waits 10 s and then 60 s before it gives up on an unreachable registry; a person at a terminal would think
// that semlink hangs. Used only where the user's own settings are silent.
const RETRY_MIN_TIMEOUT_MS = 1_000;
const RETRY_MAX_TIMEOUT_MS = 5_000;

/**
 * The user's npm settings (registry, proxy, certificates, credentials, cache, offline mode) as npm itself would
 * resolve them here, from environment, project, user and global configuration.
 *
 * Reads only: unlike npm it leaves `process.env` as it is.
 */
export async function npmSettings(): Promise<Options> {
  const { definitions, shorthands, flatten, nerfDarts } = published;
  const config = new Config({
    definitions,
    shorthands,
    flatten,
    nerfDarts,
    npmPath: npmFolder(),
    argv: [process.execPath, "semlink"],
    env: { ...process.env },
    warn: false,
  });
  await config.load();
  if (config.isDefault("fetch-retry-mintimeout")) config.set("fetch-retry-mintimeout", RETRY_MIN_TIMEOUT_MS);
  if (config.isDefault("fetch-retry-maxtimeout")) config.set("fetch-retry-maxtimeout", RETRY_MAX_TIMEOUT_MS);
  return config.flat;
}

/** npm's own folder, which may hold settings of the distribution; it need not exist. */
function npmFolder(): string {
  const launchedBy = process.env["npm_execpath"];
  if (launchedBy !== undefined && path.basename(launchedBy) === "npm-cli.js") {
    return path.resolve(launchedBy, "..", "..");
  }
  const nodeFolder = path.dirname(process.execPath);
  return process.platform === "win32"
    ? path.join(nodeFolder, "node_modules", "npm")
    : path.join(nodeFolder, "..", "lib", "node_modules", "npm");
}
