// SPDX-License-Identifier: Apache-2.0
// Prints files and lines of each package and folder, sources and tests apart: node scripts/size-report.js
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const packagesFolder = join(import.meta.dirname, "..", "packages");
const TEST = /\.(test|cases|conformance|fixture)\.ts$/;

/** Source files of a package with their folder, lines, and whether they serve tests only. */
function filesOf(name) {
  const root = join(packagesFolder, name);
  const isSource = (path) => /^(src|test)\/.*\.ts$/.test(path);
  const paths = readdirSync(root, { recursive: true, encoding: "utf8" }).map((path) =>
    path.replaceAll("\\", "/"),
  );
  return paths.filter(isSource).map((path) => {
    const [top, folder, ...rest] = path.split("/");
    return {
      folder: rest.length > 0 ? `${top}/${folder}` : top,
      numLines: readFileSync(join(root, path), "utf8").split("\n").length - 1,
      isTest: top === "test" || TEST.test(path),
    };
  });
}

function countOf(files) {
  const lines = files.map(({ numLines }) => numLines).sort((a, b) => a - b);
  const sum = lines.reduce((total, count) => total + count, 0);
  return {
    files: lines.length,
    lines: sum,
    median: lines[Math.floor(lines.length / 2)] ?? 0,
    longest: lines.at(-1) ?? 0,
  };
}

function rowOf(name, files) {
  const sources = countOf(files.filter(({ isTest }) => !isTest));
  const tests = countOf(files.filter(({ isTest }) => isTest));
  return [name, sources.files, sources.lines, sources.median, sources.longest, tests.files, tests.lines];
}

const HEADER = ["", "files", "lines", "median", "longest", "test files", "test lines"];
const rows = [HEADER];
const all = [];
for (const name of ["engine", "system", "cli"]) {
  const files = filesOf(name);
  const folders = [...new Set(files.map(({ folder }) => folder))].sort();
  rows.push(rowOf(name, files));
  for (const folder of folders)
    rows.push(
      rowOf(
        `  ${folder}`,
        files.filter((file) => file.folder === folder),
      ),
    );
  all.push(...files);
}
rows.push(rowOf("all", all));

const widths = HEADER.map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
const format = (row) =>
  row
    .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : String(cell).padStart(widths[column])))
    .join("  ");
process.stdout.write(`${rows.map(format).join("\n")}\n`);
