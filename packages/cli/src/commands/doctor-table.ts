// SPDX-License-Identifier: Apache-2.0
import pc from "picocolors";
import { formatTable } from "./table.ts";

/** One thing that `doctor` looked at. */
export interface DoctorCheck {
  /** What was looked at: "Node", "execution provider", "self-test". */
  readonly name: string;
  readonly state: "ok" | "warning" | "failed";
  /** What was found: "v20.20.2", "cpu, block 16". */
  readonly found: string;
  /** What to do about it. */
  readonly hint?: string;
}

const MARKS = { ok: "✓", warning: "!", failed: "✗" } as const;

/**
 * The checks as a table without borders, hints under what they are about, and a line that counts the problems.
 *
 * @param useColor - whether the output understands colours
 */
export async function formatDoctor(checks: readonly DoctorCheck[], useColor: boolean): Promise<string> {
  const colors = pc.createColors(useColor);
  const paint = { ok: colors.green, warning: colors.yellow, failed: colors.red };
  const rows = checks.map(({ name, state, found, hint }) => {
    const text = hint === undefined ? found : `${found}\n${colors.dim(`→ ${hint}`)}`;
    return [paint[state](MARKS[state]), name, text];
  });
  return [await formatTable(rows), "", verdict(checks)].join("\n");
}

function verdict(checks: readonly DoctorCheck[]): string {
  const count = (wanted: DoctorCheck["state"]): number =>
    checks.filter(({ state }) => state === wanted).length;
  const [failed, warnings] = [count("failed"), count("warning")];
  if (failed + warnings === 0) return "everything is fine";
  return `${failed} failed, ${warnings} ${warnings === 1 ? "warning" : "warnings"}`;
}
