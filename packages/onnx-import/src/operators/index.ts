// SPDX-License-Identifier: Apache-2.0
import { hintFor, SemlinkError } from "@semlink/engine";
import type { ForeignNode } from "../model-graph.ts";
import type { NodeCall } from "../node-call.ts";
import type { ForeignValue } from "../values.ts";
import { alongAxisOperators } from "./along-axis.ts";
import { convolutionOperators } from "./convolution.ts";
import { layoutFolders } from "./layout-folders.ts";
import { layoutOperators } from "./layout.ts";
import { normalizationOperators } from "./normalization.ts";
import type { Folder, OperatorRule } from "./operator.ts";
import { pointwiseOperators } from "./pointwise.ts";
import { poolingOperators } from "./pooling.ts";
import { productOperators } from "./products.ts";
import { quantizationFolders, quantizationOperators } from "./quantization.ts";
import { recurrentOperators } from "./recurrent.ts";
import { reductionOperators } from "./reduction.ts";
import { resizeOperators } from "./resize.ts";
import { selectionOperators } from "./selection.ts";
import { arithmeticFolders, arithmeticOperators } from "./size-arithmetic.ts";

const RULES = joined<OperatorRule>(
  alongAxisOperators,
  arithmeticOperators,
  convolutionOperators,
  layoutOperators,
  normalizationOperators,
  pointwiseOperators,
  poolingOperators,
  productOperators,
  quantizationOperators,
  recurrentOperators,
  reductionOperators,
  resizeOperators,
  selectionOperators,
  // ForeignModel runs the branch that is taken.
  { If: { since: 1 } },
);

const FOLDERS = joined<Folder>(arithmeticFolders, layoutFolders, quantizationFolders);

/** The newest operator set of each domain whose changes were looked through for every rule. */
const NEWEST_SETS: Readonly<Record<string, number>> = { "": 25, "com.microsoft": 1 };

/** What to do about operators that cannot be imported and whose names say little. */
const ADVICE: Readonly<Record<string, string>> = {
  Loop: "graphs have no loops; unroll it when the model is exported",
  Scan: "graphs have no loops; unroll it when the model is exported",
  QLinearConv: "export the quantised model with QuantizeLinear and DequantizeLinear around each operator",
  QLinearMatMul: "export the quantised model with QuantizeLinear and DequantizeLinear around each operator",
  NonMaxSuppression: "it has no gradient; take the values before it with the option outputs",
};

/** ONNX operators that can be imported; `com.microsoft.Gelu` beyond the standard ones. */
export const importableOperators: readonly string[] = [...RULES.keys()].sort();

/** The rule of an operator, if it has one. */
export function ruleOf(type: string): OperatorRule | undefined {
  return RULES.get(type);
}

/**
 * The outputs of a node: known values where its inputs are known, operators of the engine elsewhere.
 *
 * @throws SemlinkError `computed-value` when an operator of shape arithmetic gets computed values, and what the
 * importer throws
 */
export function importNode(call: NodeCall): readonly ForeignValue[] {
  const { type } = call.node;
  if (call.values.length === 0 && type !== "Constant") {
    throw call.refusal("missing-input", "at least one input", "none");
  }
  const folder = FOLDERS.get(type);
  const isKnown = call.values.every((value) => value === null || value.kind === "known");
  if (folder !== undefined && isKnown) return [folder(call)];
  const build = RULES.get(type)?.build;
  if (build === undefined) {
    throw call.refusal("computed-value", "inputs that are constants or follow from shapes", "computed ones");
  }
  const made = build(call);
  if ("kind" in made) return [made];
  return ("node" in made ? [made] : made).map((tensor) => ({ kind: "computed", tensor }));
}

/**
 * @throws SemlinkError `unsupported-operator` naming the node, its operator and the nearest one there is;
 * `operator-set` when the operator means something else in the operator set of the file
 */
export function checkImportable(nodes: readonly ForeignNode[], where: string): void {
  for (const node of nodes) {
    const place = `${where} › ${node.name}`;
    const rule = RULES.get(node.type);
    if (rule === undefined || node.isOfFile) throw unsupported(node, place);
    checkSet(node, rule, place);
  }
}

function unsupported({ type, isOfFile }: ForeignNode, where: string): SemlinkError {
  return new SemlinkError({
    code: "unsupported-operator",
    where,
    expected: `one of the ${importableOperators.length} operators that can be imported`,
    actual: isOfFile ? `${type}, a function of the file` : type,
    hint: isOfFile
      ? "write functions out first, with onnx.inliner.inline_local_functions"
      : (ADVICE[type] ?? hintFor(type, importableOperators)),
  });
}

function checkSet({ type, domain, set }: ForeignNode, rule: OperatorRule, where: string): void {
  const until = rule.until ?? NEWEST_SETS[domain] ?? 1;
  if (set !== null && set >= rule.since && set <= until) return;
  const isOld = set === null || set < rule.since;
  const name = domain === "" ? "operator set" : `operator set of ${domain},`;
  throw new SemlinkError({
    code: "operator-set",
    where,
    expected: `${type} of ${name} ${isOld ? `${rule.since} or newer` : `${until} or older`}`,
    actual: set === null ? "a file that names no such set" : `${set}`,
    hint:
      domain === ""
        ? "convert the file: onnx.version_converter.convert_version(model, 21)"
        : "export the model with standard operators",
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
