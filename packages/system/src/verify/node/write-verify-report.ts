// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import { writeFileAtomic } from "@semlink/engine/node";
import { makeFolder } from "../../store/folders.ts";
import { drawingDocument, renderPng } from "../../report/node/drawing.ts";
import { withLightColours } from "../../report/palette.ts";
import { drawTheoryCharts } from "../report/theory-charts.ts";
import { verifyPage } from "../report/verify-page.ts";
import type { VerifyReport } from "../verify-report.ts";

/** Paths of the files that the report of a verification consists of. */
export interface VerifyReportFiles {
  readonly html: string;
  readonly svg: readonly string[];
  readonly png: readonly string[];
}

/**
 * Writes `verify.html`, `charts/*.svg` and `charts/*.png` into a folder; the same figures give the same bytes.
 *
 * @param folder - is made if it does not exist
 * @throws SemlinkError `disk-full` or `write-failed`
 */
export async function writeVerifyReport(report: VerifyReport, folder: string): Promise<VerifyReportFiles> {
  await makeFolder(join(folder, "charts"));
  const charts = drawTheoryCharts(report, drawingDocument());
  const svg = charts.map(({ id }) => join(folder, "charts", `${id}.svg`));
  const png = charts.map(({ id }) => join(folder, "charts", `${id}.png`));
  for (const [i, chart] of charts.entries()) {
    await writeFileAtomic(svg[i]!, withLightColours(chart.svg));
    await writeFileAtomic(png[i]!, renderPng(chart.svg));
  }
  const page = join(folder, "verify.html");
  await writeFileAtomic(page, verifyPage(report, charts));
  return { html: page, svg, png };
}
