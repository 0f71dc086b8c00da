// SPDX-License-Identifier: Apache-2.0
import { create, toBinary } from "@bufbuild/protobuf";
import { decodeModel } from "@semlink/engine";
import { ModelProtoSchema, TensorProto_DataType, ValueInfoProtoSchema } from "onnx-buf";
import type {
  AttributeProto,
  GraphProto,
  ModelProto,
  NodeProto,
  TensorProto,
  ValueInfoProto,
} from "onnx-buf";
import { sizesOf } from "./stored-tensor.ts";

/** A tensor that a model takes or gives. */
export interface OnnxValue {
  readonly name: string;
  /** `float32`, `int64`, ...; `unknown` for what is no tensor. */
  readonly dtype: string;
  /** A number, the name of a symbolic size, or null where the file does not say; null as a whole for unknown ranks. */
  readonly shape: readonly (number | string | null)[] | null;
}

/** An operator of a model's graph. */
export interface OnnxNode {
  readonly type: string;
  /** `""` for the standard operators. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Integer attributes by name. */
  readonly integers: Readonly<Record<string, number>>;
}

/** What an ONNX file says, whoever wrote it. */
export interface OnnxFile {
  readonly producer: string;
  readonly irVersion: number;
  /** Version of each operator set by its domain; `ai.onnx` is the standard one. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Inputs that must be fed. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Nodes of the main graph, in their order. */
  readonly nodes: readonly OnnxNode[];
  /** Nodes that only run inside others: branches, loop bodies and functions of the file. */
  readonly innerNodes: readonly OnnxNode[];
  /** Shapes of the stored tensors by name. */
  readonly initializers: ReadonlyMap<string, readonly number[]>;
  /**
   * Number of stored values, those in Constant nodes, in branches and in files beside the model among them. Integers of
   * 32 and more bits and booleans are indices and sizes, single numbers of Constant nodes are settings: no parameters.
   */
  readonly numParams: number;
  /** The same model with more tensors of the main graph among its outputs. */
  withOutputs(names: readonly string[]): Uint8Array;
}

/**
 * Reads an ONNX file.
 *
 * @param where - name of the file, for the message
 * @throws SemlinkError `corrupt-file` when the bytes are not an ONNX model, or not a whole one
 */
export function readOnnx(bytes: Uint8Array, where: string): OnnxFile {
  const model = decodeModel(bytes, where);
  const graph = model.graph!;
  const initializers = new Map(graph.initializer.map(({ name, dims }) => [name, dims.map(Number)]));
  const inner = [...graph.node.flatMap(nodesInside), ...model.functions.flatMap(({ node }) => node)];
  return {
    producer: [model.producerName, model.producerVersion].filter(Boolean).join(" "),
    irVersion: Number(model.irVersion),
    opsets: Object.fromEntries(
      model.opsetImport.map(({ domain, version }) => [domain === "" ? "ai.onnx" : domain, Number(version)]),
    ),
    metadata: Object.fromEntries(model.metadataProps.map(({ key, value }) => [key, value])),
    inputs: graph.input.filter(({ name }) => !initializers.has(name)).map(describeValue),
    outputs: graph.output.map(describeValue),
    nodes: graph.node.map(describeNode),
    innerNodes: inner.map(describeNode),
    initializers,
    numParams:
      paramsOfGraph(graph, where) +
      model.functions.reduce((sum, { node }) => sum + paramsOfNodes(node, where), 0),
    withOutputs: (names) => encodeWithOutputs(model, graph, names),
  };
}

/** Nodes of the graphs that a node carries, at any depth. */
function nodesInside(node: NodeProto): NodeProto[] {
  const graphs = node.attribute.flatMap(({ g, graphs: several }) => (g ? [g, ...several] : several));
  return graphs.flatMap((graph) => graph.node.flatMap((inner) => [inner, ...nodesInside(inner)]));
}

function describeNode({ opType, domain, input, output, attribute }: NodeProto): OnnxNode {
  return {
    type: opType,
    domain: domain === "ai.onnx" ? "" : domain,
    inputs: input,
    outputs: output,
    integers: Object.fromEntries(attribute.map(({ name, i }) => [name, Number(i)])),
  };
}

/** Name, element type and shape of an input or output. */
export function describeValue({ name, type }: ValueInfoProto): OnnxValue {
  if (type?.value.case !== "tensorType") return { name, dtype: "unknown", shape: null };
  const { elemType, shape } = type.value.value;
  const sizes = shape?.dim.map(({ value }) => {
    if (value.case === "dimValue") return Number(value.value);
    return value.case === "dimParam" && value.value !== "" ? value.value : null;
  });
  return { name, dtype: dtypeName(elemType), shape: sizes ?? null };
}

// Files hold the numbers; a newer file may hold one that is not in the enumeration.
const TYPE_NAMES: Readonly<Record<number, string | undefined>> = TensorProto_DataType;
const OWN_NAMES: Readonly<Record<string, string>> = { FLOAT: "float32", DOUBLE: "float64" };

function dtypeName(type: number): string {
  const name = TYPE_NAMES[type];
  return name === undefined ? `type ${type}` : (OWN_NAMES[name] ?? name.toLowerCase());
}

const NO_PARAMETERS: ReadonlySet<number> = new Set([
  TensorProto_DataType.INT32,
  TensorProto_DataType.INT64,
  TensorProto_DataType.UINT32,
  TensorProto_DataType.UINT64,
  TensorProto_DataType.BOOL,
  TensorProto_DataType.STRING,
]);

function isParameter({ dataType }: TensorProto): boolean {
  return !NO_PARAMETERS.has(dataType);
}

/** Number of parameters of a graph, at any depth. */
function paramsOfGraph({ initializer, sparseInitializer, node }: GraphProto, where: string): number {
  const stored = [...initializer, ...sparseInitializer.flatMap(({ values }) => values ?? [])];
  const sizes = stored
    .filter(isParameter)
    .map((tensor) => sizesOf(tensor, `${where} › tensor "${tensor.name}"`).size);
  return sizes.reduce((sum, size) => sum + size, paramsOfNodes(node, where));
}

function paramsOfNodes(nodes: readonly NodeProto[], where: string): number {
  return nodes
    .flatMap(({ name, attribute }) =>
      attribute.map((entry) => paramsOfAttribute(entry, `${where} › ${name}`)),
    )
    .reduce((sum, count) => sum + count, 0);
}

function paramsOfAttribute({ name, t, floats, g, graphs }: AttributeProto, where: string): number {
  const inner = (g === undefined ? graphs : [g, ...graphs]).map((graph) => paramsOfGraph(graph, where));
  const carried = t !== undefined && isParameter(t) ? sizesOf(t, where).size : 0;
  const listed = name === "value_floats" ? floats.length : 0;
  return inner.reduce((sum, count) => sum + count, Math.max(carried, listed) > 1 ? carried + listed : 0);
}

function encodeWithOutputs(model: ModelProto, graph: GraphProto, names: readonly string[]): Uint8Array {
  const known = new Set(graph.output.map(({ name }) => name));
  // Without a type: the runtime infers it.
  const added = [...new Set(names)]
    .filter((name) => !known.has(name))
    .map((name) => create(ValueInfoProtoSchema, { name }));
  return toBinary(ModelProtoSchema, { ...model, graph: { ...graph, output: [...graph.output, ...added] } });
}
