// SPDX-License-Identifier: Apache-2.0
import { hintFor, SemlinkError } from "@semlink/engine";
import type { ForeignNode } from "../model-graph.ts";
import type { NodeCall } from "../node-call.ts";
import type { ForeignValue } from "../values.ts";
import { alongAxisImporters } from "./along-axis.ts";
import { convolutionImporters } from "./convolution.ts";
import { layoutFolders } from "./layout-folders.ts";
import { layoutImporters } from "./layout.ts";
import { normalizationImporters } from "./normalization.ts";
import type { Folder, Importer } from "./operator.ts";
import { pointwiseImporters } from "./pointwise.ts";
import { poolImporters } from "./pooling.ts";
import { einsumImporters, productImporters } from "./products.ts";
import { gruImporters } from "./recurrent.ts";
import { reductionImporters } from "./reduction.ts";
import { resizeImporters } from "./resize.ts";
import { selectionImporters } from "./selection.ts";
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
