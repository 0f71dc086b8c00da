// SPDX-License-Identifier: Apache-2.0
import { create, toBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema, TensorProto_DataType } from "onnx-buf";
import type { Runtime } from "../src/index.ts";

/** Bits of float16 values after a session has copied them: `y = x`. Graphs of the engine are float32; files need not be. */
export async function float16Identity(runtime: Runtime, bits: readonly number[]): Promise<number[]> {
  const session = await runtime.createSession(identityModel(bits.length));
  const x = { dtype: "float16" as const, shape: [bits.length], data: Uint16Array.from(bits) };
  const { y } = await session.run({ x });
  await session.release();
  if (!(y!.data instanceof Uint16Array)) return [];
  return [...y!.data];
}

function identityModel(size: number): Uint8Array {
  const dim = { value: { case: "dimValue" as const, value: BigInt(size) } };
  const value = (name: string): { name: string; type: object } => ({
    name,
    type: {
      value: {
        case: "tensorType",
        value: { elemType: TensorProto_DataType.FLOAT16, shape: { dim: [dim] } },
      },
    },
  });
  const model = create(ModelProtoSchema, {
    irVersion: 10n,
    opsetImport: [{ domain: "", version: 21n }],
    graph: {
      name: "float16-identity",
      node: [{ opType: "Identity", input: ["x"], output: ["y"] }],
      input: [value("x")],
      output: [value("y")],
    },
  });
  return toBinary(ModelProtoSchema, model);
}
