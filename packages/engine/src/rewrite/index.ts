// SPDX-License-Identifier: Apache-2.0
export { rewriteGraph } from "./rewrite-graph.ts";
export { formatChanges } from "./format-changes.ts";
export type { GraphChange, RewrittenGraph } from "./rewritten-graph.ts";
