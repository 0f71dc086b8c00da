// SPDX-License-Identifier: Apache-2.0
export { peakActivationBytes } from "./activation-memory.ts";
export { graphCost } from "./cost.ts";
export type { GraphCost } from "./cost.ts";
export { defineOp } from "./define-op.ts";
export type { JoinRule, Op, OpDefinition, VjpContext } from "./define-op.ts";
export {
  bindShape,
  broadcastShapes,
  divideDims,
  formatShape,
  isStatic,
  normalizeAxis,
  productOf,
} from "./dim.ts";
export type { Dim, DimBinding, Shape } from "./dim.ts";
export { peakLiveBytes } from "./liveness.ts";
export type { ComputationStep, MadeValue } from "./liveness.ts";
export { constant, input, randomInput } from "./leaves.ts";
export { printGraph } from "./print.ts";
export { currentScope, placeOf, within } from "./scope.ts";
export { substitute } from "./substitute.ts";
export type {
  Attributes,
  Backward,
  ConstantNode,
  DType,
  GraphNode,
  InputNode,
  NodeJoin,
  FeedDemand,
  OpNode,
  ParamNode,
  RandomKind,
  Siblings,
  Tensor,
  TensorType,
} from "./tensor.ts";
export { topologicalOrder } from "./topology.ts";
