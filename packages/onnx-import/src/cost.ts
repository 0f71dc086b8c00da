// SPDX-License-Identifier: Apache-2.0
import { peakLiveBytes } from "@semlink/engine";
import type { ComputationStep, NamedTensors, Runtime } from "@semlink/engine";
import type { OnnxFile, OnnxNode } from "./onnx-file.ts";

/** Operators whose result is their first input under another name or shape. */
const VIEWS: ReadonlySet<string> = new Set([
  "Dropout",
  "Flatten",
  "Identity",
  "Reshape",
  "Squeeze",
  "Unsqueeze",
]);

/** What one run of a model file costs. */
export interface OnnxCost {
  /** Multiply-accumulates of convolutions and matrix products of the main graph. */
  readonly macs: number;
  /** As `peakActivationBytes` counts them in a graph: inputs throughout, stored tensors not at all. */
  readonly peakActivationBytes: number;
}

/**
 * Multiply-accumulates and peak activation memory of one run of an ONNX file of any origin. The model is run once with
 * every value of its main graph as an output, and their sizes give both.
 *
 * @param feeds - inputs of the sizes in question; zeros do
 */
export async function measureOnnxCost(
  file: OnnxFile,
  feeds: NamedTensors,
  runtime: Runtime,
): Promise<OnnxCost> {
  const made = file.nodes.flatMap(({ outputs }) => outputs).filter((name) => name !== "");
  const session = await runtime.createSession(file.withOutputs(made));
  try {
    const values = await session.run(feeds);
    return {
      macs: countMacs(file, { ...feeds, ...values }),
      peakActivationBytes: peakBytes(file, feeds, values),
    };
  } finally {
    await session.release();
  }
}

function countMacs({ nodes, initializers }: OnnxFile, values: NamedTensors): number {
  const shapeOf = (name: string): readonly number[] => initializers.get(name) ?? values[name]!.shape;
  return nodes.filter(isCounted).reduce((total, node) => {
    const [a, b] = node.inputs;
    return total + macsOf(node, { a: shapeOf(a!), b: shapeOf(b!), y: shapeOf(node.outputs[0]!) });
  }, 0);
}

function peakBytes({ nodes, outputs }: OnnxFile, feeds: NamedTensors, values: NamedTensors): number {
  const identities = new Map(Object.keys({ ...feeds, ...values }).map((name) => [name, { name }]));
  const known = (names: readonly string[]): object[] => names.flatMap((name) => identities.get(name) ?? []);
  const held = new Map(
    Object.entries(feeds).map(([name, tensor]) => [identities.get(name)!, tensor.data.byteLength]),
  );
  const stepOf = (node: OnnxNode): ComputationStep => ({
    reads: known(node.inputs),
    makes: node.outputs.flatMap((name, index) => {
      const value = identities.get(name);
      if (value === undefined) return [];
      const isView = node.domain === "" && index === 0 && VIEWS.has(node.type);
      return {
        value,
        bytes: values[name]!.data.byteLength,
        viewOf: isView ? known(node.inputs)[0] : undefined,
      };
    }),
  });
  // A node without inputs holds a constant of the file, which is a stored tensor by another name.
  const computing = nodes.filter(({ inputs }) => inputs.length > 0);
  return peakLiveBytes(computing.map(stepOf), held, known(outputs.map(({ name }) => name)));
}

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
