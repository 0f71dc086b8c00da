// SPDX-License-Identifier: Apache-2.0
import type { Profile, ProfiledKernels } from "./profile.ts";

/** Kernels that have something in common. */
export interface ProfileGroup {
  readonly key: string;
  /** Executions in one run. */
  readonly count: number;
  /** Time in one run [ms]. */
  readonly ms: number;
  /** Part of the time of all kernels, 0 to 1. */
  readonly share: number;
}

/** Kernels added up by what `keyOf` says of them, slowest group first. */
export function groupProfile(
  { kernels }: Profile,
  keyOf: (kernels: ProfiledKernels) => string,
): ProfileGroup[] {
  const total = kernels.reduce((sum, { ms }) => sum + ms, 0);
  const groups = new Map<string, { count: number; ms: number }>();
  for (const entry of kernels) {
    const group = groups.get(keyOf(entry)) ?? { count: 0, ms: 0 };
    groups.set(keyOf(entry), { count: group.count + entry.count, ms: group.ms + entry.ms });
  }
  return [...groups]
    .map(([key, { count, ms }]) => ({ key, count, ms, share: total === 0 ? 0 : ms / total }))
    .sort((a, b) => b.ms - a.ms);
}

/** What {@link formatProfile} prints. */
export interface ProfileFormat {
  /** Rows of each table, 15 if left out; a last row sums up the rest. */
  readonly numRows?: number;
  /** Parts of the module path that are told apart, all if left out: 1 gives one row to each top module. */
  readonly depth?: number;
}

/**
 * A profile as text: the time of a run, then tables by phase, by operator and by module path, slowest first.
 *
 * @returns lines joined by newlines, without a last one
 */
export function formatProfile(
  profile: Profile,
  { numRows = 15, depth = Infinity }: ProfileFormat = {},
): string {
  const { numRuns, runMs, kernels } = profile;
  const kernelMs = kernels.reduce((sum, { ms }) => sum + ms, 0);
  const count = kernels.reduce((sum, entry) => sum + entry.count, 0);
  const moduleOf = ({ scope }: ProfiledKernels): string =>
    scope === "" ? "(none)" : scope.split(".").slice(0, depth).join(".");
  const headline =
    `${runMs.toFixed(3)} ms a run (mean of ${numRuns}): ${kernelMs.toFixed(3)} ms in ${countText(count)} kernels, ` +
    `${(runMs - kernelMs).toFixed(3)} ms between them`;
  return [
    headline,
    table(
      "phase",
      groupProfile(profile, ({ phase }) => phase),
      numRows,
    ),
    table(
      "operator",
      groupProfile(profile, ({ operator }) => operator),
      numRows,
    ),
    table("module", groupProfile(profile, moduleOf), numRows),
  ].join("\n\n");
}

function table(title: string, groups: readonly ProfileGroup[], numRows: number): string {
  const rest = groups.slice(numRows);
  const shown = groups.slice(0, numRows);
  if (rest.length > 0) shown.push(sumOf(`${rest.length} more`, rest));
  const rows = shown.map(({ key, count, ms, share }) => [
    key,
    ms.toFixed(3),
    (100 * share).toFixed(1),
    countText(count),
  ]);
  const cells = [[title, "ms", "%", "kernels"], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join("  ");
  return cells.map(line).join("\n");
}

function sumOf(key: string, groups: readonly ProfileGroup[]): ProfileGroup {
  const add = (value: (group: ProfileGroup) => number): number =>
    groups.reduce((sum, group) => sum + value(group), 0);
  return { key, count: add(({ count }) => count), ms: add(({ ms }) => ms), share: add(({ share }) => share) };
}

/** Counts are whole unless kernels ran in some of the runs only. */
function countText(count: number): string {
  return Number(count.toFixed(1)).toString();
}
