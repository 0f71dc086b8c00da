// SPDX-License-Identifier: Apache-2.0
import { create, toBinary } from "@bufbuild/protobuf";
import type { DType, Shape } from "@semlink/engine";
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  FunctionProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorProto_DataType,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from "onnx-buf";
import type { AttributeProto, GraphProto, NodeProto, TensorProto, ValueInfoProto } from "onnx-buf";

/** An element type that a file may have. */
export type FileDType = DType | "int8" | "uint8" | "float16" | "bfloat16";

/** A tensor of a file; float32 unless it says otherwise, halves as their bit patterns. */
export interface FileTensor {
  readonly dtype?: FileDType;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** A number is an integer attribute, a list is one of integers. */
export type FileAttribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly tensor: FileTensor }
  | { readonly texts: readonly string[] }
  | { readonly graph: FileGraph };

/** A node of a file; its one output is `y` unless it says otherwise. */
export interface FileNode {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs?: readonly string[];
  readonly attributes?: Readonly<Record<string, FileAttribute>>;
  readonly domain?: string;
}

/** A graph of a file, its own or the branch of a node. */
export interface FileGraph {
  readonly nodes: readonly FileNode[];
  readonly inputs?: Readonly<Record<string, { readonly dtype?: DType; readonly shape: Shape }>>;
  readonly stored?: Readonly<Record<string, FileTensor>>;
  /** `["y"]` if left out. */
  readonly outputs?: readonly string[];
}

/** What a file says. */
export interface FileParts extends FileGraph {
  /** 17 if left out. */
  readonly opset?: number;
  /** Operators that the file itself defines, each as the same as its first node. */
  readonly functions?: readonly FileNode[];
  /** Domains whose operator sets the file names; those of its nodes if left out. */
  readonly domains?: readonly string[];
}

/** Integers as a stored int64 vector. */
export function int64s(...data: number[]): FileTensor {
  return { dtype: "int64", shape: [data.length], data };
}

/** A chain of nodes, the outputs of each under the name that follows its type. */
export function chain(
  ...steps: readonly [
    type: string,
    name: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, FileAttribute>>,
  ][]
): FileNode[] {
  return steps.map(([type, name, inputs, attributes = {}]) => ({
    type,
    inputs,
    outputs: name.split(" "),
    attributes,
  }));
}

/** The bytes of an ONNX file as another exporter might write it. */
export function onnxFile({ opset = 17, functions = [], domains: named, ...graph }: FileParts): Uint8Array {
  const domains = named ?? new Set(graph.nodes.map(({ domain = "" }) => domain));
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 8n,
      producerName: "by hand",
      opsetImport: Array.from(domains, (domain) =>
        create(OperatorSetIdProtoSchema, { domain, version: domain === "" ? BigInt(opset) : 1n }),
      ),
      functions: functions.map((node) =>
        create(FunctionProtoSchema, { name: node.type, domain: node.domain ?? "", node: [nodeProto(node)] }),
      ),
      graph: graphProto(graph),
    }),
  );
}

function graphProto({ nodes, inputs = {}, stored = {}, outputs = ["y"] }: FileGraph): GraphProto {
  return create(GraphProtoSchema, {
    name: "graph",
    node: nodes.map(nodeProto),
    initializer: Object.entries(stored).map(([name, tensor]) => tensorProto(name, tensor)),
    input: Object.entries(inputs).map(valueInfo),
    output: outputs.map((name) => create(ValueInfoProtoSchema, { name })),
  });
}

function nodeProto({ type, domain = "", inputs, outputs = ["y"], attributes = {} }: FileNode): NodeProto {
  return create(NodeProtoSchema, {
    opType: type,
    domain,
    input: [...inputs],
    output: [...outputs],
    attribute: Object.entries(attributes).map(attributeProto),
  });
}

function attributeProto([name, value]: [string, FileAttribute]): AttributeProto {
  const type = AttributeProto_AttributeType;
  if (typeof value === "number") {
    return create(AttributeProtoSchema, { name, type: type.INT, i: BigInt(value) });
  }
  if (typeof value === "string") {
    return create(AttributeProtoSchema, { name, type: type.STRING, s: new TextEncoder().encode(value) });
  }
  if ("float" in value) return create(AttributeProtoSchema, { name, type: type.FLOAT, f: value.float });
  if ("floats" in value) {
    return create(AttributeProtoSchema, { name, type: type.FLOATS, floats: [...value.floats] });
  }
  if ("texts" in value) {
    const strings = value.texts.map((text) => new TextEncoder().encode(text));
    return create(AttributeProtoSchema, { name, type: type.STRINGS, strings });
  }
  if ("graph" in value) {
    return create(AttributeProtoSchema, { name, type: type.GRAPH, g: graphProto(value.graph) });
  }
  if ("tensor" in value) {
    return create(AttributeProtoSchema, { name, type: type.TENSOR, t: tensorProto("", value.tensor) });
  }
  return create(AttributeProtoSchema, { name, type: type.INTS, ints: value.map(BigInt) });
}

const CODE: Readonly<Record<FileDType, TensorProto_DataType>> = {
  int8: TensorProto_DataType.INT8,
  uint8: TensorProto_DataType.UINT8,
  float16: TensorProto_DataType.FLOAT16,
  bfloat16: TensorProto_DataType.BFLOAT16,
  float32: TensorProto_DataType.FLOAT,
  int32: TensorProto_DataType.INT32,
  int64: TensorProto_DataType.INT64,
  bool: TensorProto_DataType.BOOL,
};

function tensorProto(name: string, { dtype = "float32", shape, data }: FileTensor): TensorProto {
  const values =
    dtype === "float32"
      ? { floatData: [...data] }
      : dtype === "int64"
        ? { int64Data: data.map(BigInt) }
        : { int32Data: [...data] };
  return create(TensorProtoSchema, { name, dims: shape.map(BigInt), dataType: CODE[dtype], ...values });
}

function valueInfo([name, { dtype = "float32", shape }]: [
  string,
  { readonly dtype?: DType; readonly shape: Shape },
]): ValueInfoProto {
  const dim = shape.map((size) =>
    create(TensorShapeProto_DimensionSchema, {
      value:
        typeof size === "number"
          ? { case: "dimValue", value: BigInt(size) }
          : { case: "dimParam", value: size },
    }),
  );
  const tensorType = create(TypeProto_TensorSchema, {
    elemType: CODE[dtype],
    shape: create(TensorShapeProtoSchema, { dim }),
  });
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, { value: { case: "tensorType", value: tensorType } }),
  });
}
