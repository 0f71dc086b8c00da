// SPDX-License-Identifier: Apache-2.0
export { ForeignModel } from "./foreign-model.ts";
export type { ForeignModelOptions } from "./foreign-model.ts";
export type { TrainableChoice } from "./foreign-parameters.ts";
export { importableOperators } from "./importers.ts";
export type { ForeignInput } from "./model-graph.ts";
