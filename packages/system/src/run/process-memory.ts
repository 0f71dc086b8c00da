// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";

/**
 * Most memory that this process has had resident at any time [MiB].
 *
 * Linux carries `ru_maxrss` of the parent over to a child, so there the high-water mark of the process's own
 * memory map is read instead.
 */
export function peakResidentMiB(): number {
  const kibibytes = ownHighWaterMark() ?? process.resourceUsage().maxRSS;
  return kibibytes / 1024;
}

function ownHighWaterMark(): number | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
    return kibibytes === undefined ? undefined : Number(kibibytes);
  } catch {
    return undefined; // a container without /proc
  }
}
