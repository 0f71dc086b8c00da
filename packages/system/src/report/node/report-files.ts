// SPDX-License-Identifier: Apache-2.0
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describeError, SemlinkError } from "@semlink/engine";
import { writeFileAtomic } from "@semlink/engine/node";
import { withLightColours } from "../palette.ts";
import type { ReportContent } from "../report-content.ts";
import { renderPng } from "./render-png.ts";

/** Paths of the files that a report consists of. */
export interface ReportFiles {
  readonly html: string;
  readonly svg: readonly string[];
  readonly png: readonly string[];
  readonly csv: readonly string[];
}

/**
 * Writes the page, `charts/*.svg` in plain colours, `charts/*.png` (twice the size), `tables/*.csv` and what else there
 * is into `folder`, each atomically.
 *
 * @param folder - is made if it does not exist
 * @throws SemlinkError `disk-full` or `write-failed`
 */
export async function writeReportFiles(folder: string, content: ReportContent): Promise<ReportFiles> {
  const { others = [] } = content;
  const folders = new Set(["charts", "tables", ...others.map(({ path }) => dirname(path))]);
  for (const name of folders) await makeFolder(join(folder, name));
  const write = async (path: string, data: string | Uint8Array): Promise<string> => {
    await writeFileAtomic(join(folder, path), data);
    return join(folder, path);
  };
  const svg: string[] = [];
  const png: string[] = [];
  for (const chart of content.charts) {
    svg.push(await write(join("charts", `${chart.id}.svg`), withLightColours(chart.svg)));
    png.push(await write(join("charts", `${chart.id}.png`), renderPng(chart.svg)));
  }
  const csv: string[] = [];
  for (const { name, text } of content.tables) csv.push(await write(join("tables", `${name}.csv`), text));
  for (const { path, text } of others) await write(path, text);
  return { html: await write(content.page.name, content.page.text), svg, png, csv };
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw new SemlinkError({
      code: "write-failed",
      where: path,
      expected: "to make the folder",
      actual: describeError(cause).message,
      hint: "choose another folder for the report",
      cause,
    });
  }
}
