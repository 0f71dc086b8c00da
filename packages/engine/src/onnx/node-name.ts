// SPDX-License-Identifier: Apache-2.0
import type { EmittedNode } from "./emitter.ts";

/**
 * Name of a node in a model file, `scope/output`: where it stands, and its first output, which no other node has.
 *
 * ONNX Runtime keeps node names, and names a fused node after the output that it makes, so a profile finds the module
 * path in either case.
 */
export function nodeName({ scope, outputs }: Pick<EmittedNode, "scope" | "outputs">): string {
  return scope === "" ? outputs[0]! : `${scope}/${outputs[0]!}`;
}

/** The path in the name of a node: that of {@link nodeName}; in files of others, what comes before the last slash. */
export function scopeInName({
  name,
  outputs,
}: {
  readonly name: string;
  readonly outputs: readonly string[];
}): string {
  const own = `/${outputs[0] ?? ""}`;
  if (name.endsWith(own)) return name.slice(0, -own.length);
  return name === outputs[0] ? "" : name.slice(0, Math.max(0, name.lastIndexOf("/")));
}
