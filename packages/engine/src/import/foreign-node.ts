// SPDX-License-Identifier: Apache-2.0
import type { AttributeProto, NodeProto } from "onnx-buf";

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
