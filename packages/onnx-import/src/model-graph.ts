// SPDX-License-Identifier: Apache-2.0
import { decodeModel, hintFor, SemlinkError } from "@semlink/engine";
import type { DType } from "@semlink/engine";
import type { AttributeProto, NodeProto, ValueInfoProto } from "onnx-buf";
import { describeValue } from "./onnx-file.ts";
import type { OnnxValue } from "./onnx-file.ts";
import { engineDType, storedTensor } from "./stored-tensor.ts";
import type { KnownValue } from "./values.ts";

/** A value that a foreign graph is fed. */
export interface ForeignInput extends Omit<OnnxValue, "dtype"> {
  /** Element type in the engine, null where it has none. */
  readonly dtype: DType | null;
}

/** The part of an ONNX file that some of its values depend on. */
export interface ModelGraph {
  /** Name of the file, for messages. */
  readonly where: string;
  /** Version of the standard operators. */
  readonly opset: number;
  /** Whether the engine itself wrote the file. */
  readonly isOwn: boolean;
  /** Inputs to be fed. */
  readonly inputs: readonly ForeignInput[];
  /** Names of the wanted values. */
  readonly outputs: readonly string[];
  /** Each after those it depends on. */
  readonly nodes: readonly ForeignNode[];
  readonly stored: ReadonlyMap<string, KnownValue>;
}

/**
 * Reads what an ONNX file computes, as far as the wanted values need it.
 *
 * @param where - name of the file, for messages
 * @param outputs - names of any values of the main graph; the outputs of the file when left out
 * @throws SemlinkError `corrupt-file`, `unsupported-tensor`, `unknown-value` when the graph makes no value of a name
 */
export function readModelGraph(bytes: Uint8Array, where: string, outputs?: readonly string[]): ModelGraph {
  const model = decodeModel(bytes, where);
  const graph = model.graph!;
  const wanted = outputs ?? graph.output.map(({ name }) => name);
  const allNodes = graph.node.map(foreignNode);
  const needed = new Set(wanted);
  const nodes: ForeignNode[] = [];
  for (const node of allNodes.toReversed()) {
    if (!node.outputs.some((name) => name !== "" && needed.has(name))) continue;
    for (const name of node.inputs) needed.add(name);
    nodes.push(node);
  }
  nodes.reverse();

  const initializers = new Set(graph.initializer.map(({ name }) => name));
  const fed = graph.input.filter(({ name }) => !initializers.has(name));
  const made = allNodes.flatMap((node) => node.outputs);
  checkKnown(wanted, [...made, ...fed.map(({ name }) => name), ...initializers], where);
  return {
    where,
    opset: Number(
      model.opsetImport.find(({ domain }) => domain === "" || domain === "ai.onnx")?.version ?? 1n,
    ),
    isOwn: model.producerName === "semlink",
    inputs: fed.filter(({ name }) => needed.has(name)).map(foreignInput),
    outputs: wanted,
    nodes,
    stored: new Map(
      graph.initializer
        .filter(({ name }) => needed.has(name))
        .map((tensor) => [tensor.name, storedTensor(tensor, where)]),
    ),
  };
}

function foreignInput(info: ValueInfoProto): ForeignInput {
  const elementType = info.type?.value.case === "tensorType" ? info.type.value.value.elemType : 0;
  return { ...describeValue(info), dtype: engineDType(elementType) };
}

function checkKnown(wanted: readonly string[], existing: readonly string[], where: string): void {
  const names = new Set(existing);
  const missing = wanted.find((name) => !names.has(name));
  if (missing === undefined) return;
  throw new SemlinkError({
    code: "unknown-value",
    where,
    expected: "names of values in the graph",
    actual: `"${missing}"`,
    hint: hintFor(missing, existing),
  });
}

/** A node of a foreign graph. */
export interface ForeignNode {
  /** `Conv`; with its domain, `com.microsoft.Gelu`, where it is not a standard operator. */
  readonly type: string;
  /** The node's own name, or that of its first output. */
  readonly name: string;
  /** Names of values; `""` where an optional one is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, AttributeProto>;
}

/** The node as a message has it. */
export function foreignNode({ opType, domain, name, input, output, attribute }: NodeProto): ForeignNode {
  const isStandard = domain === "" || domain === "ai.onnx";
  return {
    type: isStandard ? opType : `${domain}.${opType}`,
    name: name === "" ? (output[0] ?? opType) : name,
    inputs: input,
    outputs: output,
    attributes: new Map(attribute.map((entry) => [entry.name, entry])),
  };
}
