// SPDX-License-Identifier: Apache-2.0
import type { OnnxNode } from "./inspect.ts";

type Sizes = readonly number[];

/** How the multiply-accumulates of one operator follow from the shapes of its first two inputs and its output. */
type MacRule = (
  shapes: { readonly a: Sizes; readonly b: Sizes; readonly y: Sizes },
  node: OnnxNode,
) => number;

// Every output sums one filter: weight [outChannels, inChannels / groups, ...kernel].
const conv: MacRule = ({ b, y }) => product(y) * product(b.slice(1));

// Every input value is spread over one filter: weight [inChannels, outChannels / groups, ...kernel].
const convTranspose: MacRule = ({ a, b }) => product(a) * product(b.slice(1));

// Every output sums over the axis that the factors share: the last one of `a`, unless it is transposed.
const matrixProduct: MacRule = ({ a, y }, { integers }) => {
  if (integers["transA"] !== 1) return product(y) * a.at(-1)!;
  return product(y) * (integers["transBatchA"] === 1 ? a[0]! : a.at(-2)!);
};

const RULES: ReadonlyMap<string, MacRule> = new Map([
  [":Conv", conv],
  ["com.microsoft:FusedConv", conv],
  ["com.microsoft.nchwc:Conv", conv],
  [":ConvTranspose", convTranspose],
  [":Gemm", matrixProduct],
  [":MatMul", matrixProduct],
  ["com.microsoft:FusedGemm", matrixProduct],
  ["com.microsoft:FusedMatMul", matrixProduct],
]);

/** Operators that multiply in ways that no rule here knows: named as not counted, never passed over in silence. */
const UNKNOWN = /Attention|Einsum|Conv|MatMul|Gemm|Lstm|Gru|Rnn|NBits|MoE|FFT|DFT/i;

/** Whether the multiply-accumulates of a node follow from shapes. */
export function isCounted(node: OnnxNode): boolean {
  return RULES.has(ruleName(node));
}

/** Whether a node multiplies, but no rule says how often. */
export function isUncounted(node: OnnxNode): boolean {
  return !isCounted(node) && UNKNOWN.test(node.type);
}

/** Multiply-accumulates of a counted node. */
export function macsOf(node: OnnxNode, shapes: Parameters<MacRule>[0]): number {
  return RULES.get(ruleName(node))!(shapes, node);
}

function ruleName({ domain, type }: OnnxNode): string {
  return `${domain}:${type}`;
}

function product(sizes: Sizes): number {
  return sizes.reduce((result, size) => result * size, 1);
}
