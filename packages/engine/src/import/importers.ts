// SPDX-License-Identifier: Apache-2.0
import { SemlinkError, hintFor } from "../errors.ts";
import { alongAxisImporters } from "./along-axis-importers.ts";
import { convolutionImporters } from "./convolution-importers.ts";
import { einsumImporters } from "./einsum-importer.ts";
import type { ForeignNode } from "./foreign-node.ts";
import type { ForeignValue } from "./foreign-value.ts";
import { gruImporters } from "./gru-importer.ts";
import type { Folder, Importer } from "./importer.ts";
import { layoutFolders } from "./layout-folders.ts";
import { layoutImporters } from "./layout-importers.ts";
import type { NodeCall } from "./node-call.ts";
import { normalizationImporters } from "./normalization-importers.ts";
import { pointwiseImporters } from "./pointwise-importers.ts";
import { poolImporters } from "./pool-importers.ts";
import { productImporters } from "./product-importers.ts";
import { reductionImporters } from "./reduction-importers.ts";
import { resizeImporters } from "./resize-importer.ts";
import { selectionImporters } from "./selection-importers.ts";
import { arithmeticFolders } from "./size-arithmetic.ts";

const IMPORTERS = joined<Importer>(
  alongAxisImporters,
  convolutionImporters,
  einsumImporters,
  gruImporters,
  layoutImporters,
  normalizationImporters,
  pointwiseImporters,
  poolImporters,
  productImporters,
  reductionImporters,
  resizeImporters,
  selectionImporters,
);

const FOLDERS = joined<Folder>(arithmeticFolders, layoutFolders);

/** ONNX operators that can be imported; `com.microsoft.Gelu` beyond the standard ones. */
export const importableOperators: readonly string[] = [
  ...new Set([...IMPORTERS.keys(), ...FOLDERS.keys()]),
].sort();

/**
 * The outputs of a node: known values where its inputs are known, operators of the engine elsewhere.
 *
 * @throws SemlinkError `computed-value` when an operator of shape arithmetic gets computed values, and what the
 * importer throws
 */
export function importNode(call: NodeCall): readonly ForeignValue[] {
  const { type } = call.node;
  const folder = FOLDERS.get(type);
  const isKnown = call.values.every((value) => value === null || value.kind === "known");
  if (folder !== undefined && isKnown) return [folder(call)];
  const importer = IMPORTERS.get(type);
  if (importer === undefined) {
    throw call.refusal("computed-value", "inputs that are constants or follow from shapes", "computed ones");
  }
  const made = importer(call);
  if ("kind" in made) return [made];
  return ("node" in made ? [made] : made).map((tensor) => ({ kind: "computed", tensor }));
}

/** @throws SemlinkError `unsupported-operator` naming the node, its operator and the nearest one there is */
export function checkImportable(nodes: readonly ForeignNode[], where: string): void {
  const foreign = nodes.find(({ type }) => !IMPORTERS.has(type) && !FOLDERS.has(type));
  if (foreign === undefined) return;
  throw new SemlinkError({
    code: "unsupported-operator",
    where: `${where} › ${foreign.name}`,
    expected: `one of the ${importableOperators.length} operators that can be imported`,
    actual: foreign.type,
    hint: hintFor(foreign.type, importableOperators),
  });
}

function joined<Entry>(...tables: readonly Readonly<Record<string, Entry>>[]): ReadonlyMap<string, Entry> {
  const entries = tables.flatMap((table) => Object.entries(table));
  const map = new Map(entries);
  if (map.size === entries.length) return map;
  const twice = entries.map(([type]) => type).find((type, index, types) => types.indexOf(type) !== index);
  throw new SemlinkError({
    code: "duplicate-name",
    where: "importers",
    expected: "one importer for each operator",
    actual: `two of ${twice}`,
  });
}
