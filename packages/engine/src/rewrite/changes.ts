// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "../graph/tensor.ts";

/** How many applications of an operator became how many. */
export interface GraphChange {
  readonly name: string;
  readonly before: number;
  readonly after: number;
}

/** The same computation in other operators, and what changed. */
export interface RewrittenGraph {
  readonly outputs: readonly Tensor[];
  readonly changes: readonly GraphChange[];
}

/** What a rewriting changed, as one line: `"Conv2d 346 → 129, Relu 40 → 15"`; `"nothing"` when it changed nothing. */
export function formatChanges(changes: readonly GraphChange[]): string {
  return changes.map(({ name, before, after }) => `${name} ${before} → ${after}`).join(", ") || "nothing";
}
