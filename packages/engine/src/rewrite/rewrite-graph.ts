// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "../graph/tensor.ts";
import type { RewrittenGraph } from "./changes.ts";
import { foldScales } from "./fold-scales.ts";
import { joinSiblings } from "./join-siblings.ts";

/**
 * The same computation in fewer and larger operators: factors folded into what they multiply, siblings side by side.
 * Values are the same up to rounding; inputs, parameters and their names stay.
 *
 * @param outputs - before gradients are taken, so that those become fewer and larger as well
 */
export function rewriteGraph(outputs: readonly Tensor[]): RewrittenGraph {
  const folded = foldScales(outputs);
  const joined = joinSiblings(folded.outputs);
  return { outputs: joined.outputs, changes: [...folded.changes, ...joined.changes] };
}
