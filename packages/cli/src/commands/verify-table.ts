// SPDX-License-Identifier: Apache-2.0
import type { VerifyCheck, VerifyReport } from "@semlink/system";
import pc from "picocolors";
import { formatTable } from "./table.ts";

/**
 * The checks as a table, theory beside simulation with its bound, by family, and a line that counts them.
 *
 * @param useColor - whether the output understands colours
 */
export async function formatVerify(report: VerifyReport, useColor: boolean): Promise<string> {
  const { boundText, figureText, resolutionOf } = await import("@semlink/system");
  const { checks } = report;
  const colors = pc.createColors(useColor);
  const resolution = (check: VerifyCheck): string => {
    const percent = resolutionOf(check);
    return percent === undefined ? "" : `${percent.toPrecision(2)} %`;
  };
  const cellsOf = (check: VerifyCheck): string[] => {
    const { name, quantity, theory, simulated, bound, n } = check;
    const short = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
    const figures = [figureText(theory), figureText(simulated), boundText(bound), resolution(check)];
    return [short, quantity, ...figures, n.toLocaleString("en-US")];
  };
  const families = [...new Set(checks.map(({ family }) => family))];
  const tables = families.map(async (family) => {
    const own = checks.filter((check) => check.family === family);
    const rows = own.map((check) => [check.passed ? colors.green("✓") : colors.red("✗"), ...cellsOf(check)]);
    return [colors.bold(family), await formatTable([HEADER, ...rows])].join("\n");
  });
  return [...(await Promise.all(tables)), ...speed(report), ...contradictions(report), verdict(report)].join(
    "\n\n",
  );
}

const HEADER = ["", "where", "quantity", "theory", "simulated", "bound", "of theory", "n"] as const;
const LONGEST_NAME = 68;

function speed({ throughput }: VerifyReport): string[] {
  if (throughput === null) return [];
  const { mbitPerCpuSecond, numInfoBits, numCodedBits, esNoDb, meanIterations } = throughput;
  const point = `${numInfoBits} bits in ${numCodedBits}, min-sum at ${esNoDb} dB`;
  const rate = `${mbitPerCpuSecond.toFixed(2)} Mbit/s per CPU second`;
  return [`LDPC decoding, ${point}: ${rate}, ${meanIterations.toFixed(1)} iterations`];
}

/** What failed checks found, in words, one line each. */
function contradictions({ checks }: VerifyReport): string[] {
  const lines = checks.flatMap(({ passed, name, quantity, detail }) =>
    passed || detail === null ? [] : [`${name}, ${quantity}: ${detail}`],
  );
  return lines.length === 0 ? [] : [lines.join("\n")];
}

function verdict({ checks, seed }: VerifyReport): string {
  const failed = checks.filter(({ passed }) => !passed).length;
  const count = `${checks.length} checks, seed ${seed}`;
  return failed === 0 ? `the radio agrees with theory: ${count}` : `${failed} of ${count} failed`;
}
