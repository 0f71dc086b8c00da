// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

/**
 * Which files each TypeScript file of a folder imports, types included.
 *
 * @param {string} root
 * @returns {Map<string, string[]>} paths below the folder, with slashes
 */
export function importGraph(root) {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.split(path.sep).join("/"));
  return new Map(files.map((file) => [file, importsOf(file, readFileSync(path.join(root, file), "utf8"))]));
}

function importsOf(file, text) {
  const { importedFiles } = ts.preProcessFile(text, true, true);
  const paths = importedFiles.map(({ fileName }) => fileName).filter((name) => name.startsWith("."));
  return paths.map((name) => path.posix.join(path.posix.dirname(file), name));
}

/**
 * Groups of files that all reach each other by imports, each sorted.
 *
 * @param {ReadonlyMap<string, readonly string[]>} graph
 * @returns {string[][]} the strongly connected components of more than one file, or of one that imports itself
 * @source Kosaraju's algorithm: Sharir 1981
 */
export function circlesOf(graph) {
  const reversed = new Map([...graph.keys()].map((file) => [file, []]));
  for (const [file, imports] of graph) for (const name of imports) reversed.get(name)?.push(file);

  const finished = [];
  const seen = new Set();
  for (const file of graph.keys()) visit(file, graph, seen, finished);

  const assigned = new Set();
  const circles = [];
  for (const file of finished.reverse()) {
    const group = [];
    visit(file, reversed, assigned, group);
    if (group.length > 1 || (group.length === 1 && graph.get(file)?.includes(file)))
      circles.push(group.sort());
  }
  return circles.sort();
}

/** Adds to `order` what is reached from `file` for the first time, each file after what it leads to. */
function visit(file, edges, seen, order) {
  if (seen.has(file) || !edges.has(file)) return;
  seen.add(file);
  for (const next of edges.get(file)) visit(next, edges, seen, order);
  order.push(file);
}
