// SPDX-License-Identifier: Apache-2.0
import type { VerifyCheck, VerifyReport } from "@semlink/system";
import pc from "picocolors";
import { formatTable } from "./table.ts";

/**
 * The checks as a table, theory beside simulation with its 5-sigma bound, by family, and a line that counts them.
 *
 * @param useColor - whether the output understands colours
 */
export async function formatVerify({ checks, seed }: VerifyReport, useColor: boolean): Promise<string> {
  const colors = pc.createColors(useColor);
  const families = [...new Set(checks.map(({ family }) => family))];
  const tables = families.map(async (family) => {
    const own = checks.filter((check) => check.family === family);
    const rows = own.map((check) => [check.passed ? colors.green("✓") : colors.red("✗"), ...cellsOf(check)]);
    return [colors.bold(family), await formatTable([HEADER, ...rows])].join("\n");
  });
  return [...(await Promise.all(tables)), verdict(checks, seed)].join("\n\n");
}

const HEADER = ["", "where", "quantity", "theory", "simulated", "bound", "n"] as const;
const LONGEST_NAME = 44;

function cellsOf({ name, quantity, theory, simulated, bound, n }: VerifyCheck): string[] {
  const short = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
  return [short, quantity, figure(theory), figure(simulated), `±${figure(bound)}`, n.toLocaleString("en-US")];
}

function figure(value: number): string {
  return value === 0 ? "0" : Number(value.toPrecision(5)).toString();
}

function verdict(checks: readonly VerifyCheck[], seed: number): string {
  const failed = checks.filter(({ passed }) => !passed).length;
  const count = `${checks.length} checks, seed ${seed}`;
  return failed === 0 ? `the radio agrees with theory: ${count}` : `${failed} of ${count} failed`;
}
