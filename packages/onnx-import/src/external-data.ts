// SPDX-License-Identifier: Apache-2.0
import { toBinary } from "@bufbuild/protobuf";
import { decodeModel, SemlinkError } from "@semlink/engine";
import { ModelProtoSchema, TensorProto_DataLocation } from "onnx-buf";
import type { GraphProto, NodeProto, TensorProto } from "onnx-buf";
import { sizesOf } from "./stored-tensor.ts";

/** Where the values of a tensor lie outside of the model file. */
export interface ExternalData {
  /** Path of the file, seen from the folder of the model. */
  readonly location: string;
  /** First byte. */
  readonly offset: number;
  /** Number of bytes; up to the end of the file if the model does not say. */
  readonly length: number | null;
}

/**
 * The same model with the values that lie in other files taken in.
 *
 * @param where - name of the file, for messages
 * @param read - the bytes of a part of another file
 * @returns the bytes as they are where nothing lies elsewhere
 * @throws SemlinkError `corrupt-file` when a tensor does not say where its values are, `unsafe-path` when a path leads
 * out of the folder of the model, and what `read` throws
 */
export async function withExternalData(
  bytes: Uint8Array,
  where: string,
  read: (data: ExternalData, tensor: string) => Promise<Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array> {
  const model = decodeModel(bytes, where);
  const functions = model.functions.flatMap(({ node }) => node.flatMap(tensorsOfNode));
  const outside = [...tensorsOf(model.graph!), ...functions].filter(
    ({ dataLocation }) => dataLocation === TensorProto_DataLocation.EXTERNAL,
  );
  if (outside.length === 0) return bytes;
  for (const tensor of outside) {
    const place = `${where} › tensor "${tensor.name}"`;
    sizesOf(tensor, place);
    tensor.rawData = await read(externalData(tensor, place), tensor.name);
    tensor.dataLocation = TensorProto_DataLocation.DEFAULT;
    tensor.externalData = [];
  }
  return toBinary(ModelProtoSchema, model);
}

/** All tensors that a graph holds: stored ones, and those of its nodes and their graphs. */
export function tensorsOf(graph: GraphProto): readonly TensorProto[] {
  const sparse = graph.sparseInitializer.flatMap(({ values }) => values ?? []);
  return [...graph.initializer, ...sparse, ...graph.node.flatMap(tensorsOfNode)];
}

/** Tensors that a node carries in its attributes, at any depth. */
export function tensorsOfNode({ attribute }: NodeProto): readonly TensorProto[] {
  return attribute.flatMap(({ t, tensors, g, graphs }) => [
    ...(t === undefined ? [] : [t]),
    ...tensors,
    ...(g === undefined ? [] : tensorsOf(g)),
    ...graphs.flatMap(tensorsOf),
  ]);
}

function externalData({ externalData: entries }: TensorProto, where: string): ExternalData {
  const values = new Map(entries.map(({ key, value }) => [key, value]));
  const location = values.get("location") ?? "";
  const offset = Number(values.get("offset") ?? 0);
  const length = values.has("length") ? Number(values.get("length")) : null;
  const isCount = (count: number): boolean => Number.isSafeInteger(count) && count >= 0;
  if (location === "" || !isCount(offset) || (length !== null && !isCount(length))) {
    throw new SemlinkError({
      code: "corrupt-file",
      where,
      expected: "a location, an offset and a length of its values",
      actual: JSON.stringify(Object.fromEntries(values)),
      hint: "the file is damaged; export the model again",
    });
  }
  return { location, offset, length };
}
