// SPDX-License-Identifier: Apache-2.0
export { rewriteGraph } from "./rewrite-graph.ts";
export { formatChanges } from "./changes.ts";
export type { GraphChange, RewrittenGraph } from "./changes.ts";
