// SPDX-License-Identifier: Apache-2.0
import { fromBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "onnx-buf";
import type { ModelProto } from "onnx-buf";
import { SemlinkError } from "../errors.ts";

/**
 * The protocol buffer that an ONNX file holds, for packages that read models of other origin.
 *
 * @param where - name of the file, for the message
 * @throws SemlinkError `corrupt-file` when the bytes are not an ONNX model, or not a whole one
 */
export function decodeModel(bytes: Uint8Array, where: string): ModelProto {
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    throw corrupt(
      where,
      `bytes that are not its format: ${cause instanceof Error ? cause.message : ""}`,
      cause,
    );
  }
  // Almost any bytes are some protocol buffer; a model has a version, a graph and an operator set.
  const { irVersion, graph, opsetImport } = model;
  if (irVersion > 0n && graph !== undefined && opsetImport.length > 0) return model;
  throw corrupt(where, bytes.length === 0 ? "an empty file" : "a file without graph or operator set");
}

function corrupt(where: string, actual: string, cause?: unknown): SemlinkError {
  const hint = "the file is damaged or something else; export the model again";
  return new SemlinkError({ code: "corrupt-file", where, expected: "an ONNX model", actual, hint, cause });
}
