// SPDX-License-Identifier: Apache-2.0
import type { GraphChange } from "./rewritten-graph.ts";

/** What a rewriting changed, as one line: `"Conv2d 346 → 129, Relu 40 → 15"`; `"nothing"` when it changed nothing. */
export function formatChanges(changes: readonly GraphChange[]): string {
  return changes.map(({ name, before, after }) => `${name} ${before} → ${after}`).join(", ") || "nothing";
}
