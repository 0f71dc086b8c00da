// SPDX-License-Identifier: Apache-2.0
import { create, toBinary } from "@bufbuild/protobuf";
import type { AttributeProto, NodeProto, TensorProto, ValueInfoProto } from "onnx-buf";
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorProtoSchema,
  TensorProto_DataType,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from "onnx-buf";
import type { DType, TensorType } from "../graph/tensor.ts";
import type { AttributeValue, EmittedInitializer, EmittedNode } from "./emitter.ts";
import { nodeName } from "./node-name.ts";

/** Operator set and file version: the newest that ONNX Runtime 1.30 and most other runtimes read. */
export const OPSET = 21;
const IR_VERSION = 10n;

/** Everything a model file says. */
export interface ModelParts {
  readonly name: string;
  readonly nodes: readonly EmittedNode[];
  readonly initializers: Iterable<EmittedInitializer>;
  readonly inputs: Readonly<Record<string, TensorType>>;
  readonly outputs: Readonly<Record<string, TensorType>>;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The bytes of an ONNX file. Extra operator domains are declared only when a node uses them. */
export function encodeModel(parts: ModelParts): Uint8Array {
  const domains = new Set(parts.nodes.map((node) => node.domain).filter((domain) => domain !== ""));
  const model = create(ModelProtoSchema, {
    irVersion: IR_VERSION,
    producerName: "semlink",
    opsetImport: [
      create(OperatorSetIdProtoSchema, { domain: "", version: BigInt(OPSET) }),
      ...[...domains].map((domain) => create(OperatorSetIdProtoSchema, { domain, version: 1n })),
    ],
    metadataProps: Object.entries(parts.metadata ?? {}).map(([key, value]) => ({
      $typeName: "onnx.StringStringEntryProto" as const,
      key,
      value,
    })),
    graph: {
      $typeName: "onnx.GraphProto",
      name: parts.name,
      docString: "",
      node: parts.nodes.map(nodeProto),
      initializer: Array.from(parts.initializers, tensorProto),
      sparseInitializer: [],
      input: Object.entries(parts.inputs).map(valueInfo),
      output: Object.entries(parts.outputs).map(valueInfo),
      valueInfo: [],
      quantizationAnnotation: [],
      metadataProps: [],
    },
  });
  return toBinary(ModelProtoSchema, model);
}

function nodeProto(node: EmittedNode): NodeProto {
  return create(NodeProtoSchema, {
    opType: node.type,
    name: nodeName(node),
    domain: node.domain,
    input: [...node.inputs],
    output: [...node.outputs],
    attribute: Object.entries(node.attributes).map(attributeProto),
  });
}

function attributeProto([name, value]: [string, AttributeValue]): AttributeProto {
  const type = AttributeProto_AttributeType;
  if (typeof value === "number")
    return create(AttributeProtoSchema, { name, type: type.INT, i: BigInt(value) });
  if (typeof value === "string") {
    return create(AttributeProtoSchema, { name, type: type.STRING, s: new TextEncoder().encode(value) });
  }
  if ("float" in value) return create(AttributeProtoSchema, { name, type: type.FLOAT, f: value.float });
  return create(AttributeProtoSchema, { name, type: type.INTS, ints: value.map(BigInt) });
}

function tensorProto({ name, dtype, shape, data }: EmittedInitializer): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dims: shape.map(BigInt),
    dataType: DATA_TYPE[dtype],
    rawData: new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength),
  });
}

function valueInfo([name, { shape, dtype }]: [string, TensorType]): ValueInfoProto {
  const dim = shape.map((size) =>
    create(TensorShapeProto_DimensionSchema, {
      value:
        typeof size === "number"
          ? { case: "dimValue", value: BigInt(size) }
          : { case: "dimParam", value: size },
    }),
  );
  const tensorType = create(TypeProto_TensorSchema, {
    elemType: DATA_TYPE[dtype],
    shape: create(TensorShapeProtoSchema, { dim }),
  });
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, { value: { case: "tensorType", value: tensorType } }),
  });
}

const DATA_TYPE: Readonly<Record<DType, TensorProto_DataType>> = {
  float32: TensorProto_DataType.FLOAT,
  int32: TensorProto_DataType.INT32,
  int64: TensorProto_DataType.INT64,
  bool: TensorProto_DataType.BOOL,
};
