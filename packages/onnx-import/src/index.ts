// SPDX-License-Identifier: Apache-2.0
export { isCounted, isUncounted, measureOnnxCost } from "./cost.ts";
export type { OnnxCost } from "./cost.ts";
export { withExternalData } from "./external-data.ts";
export type { ExternalData } from "./external-data.ts";
export { ForeignModel } from "./foreign-model.ts";
export type { ForeignModelOptions } from "./foreign-model.ts";
export type { ForeignInput } from "./model-graph.ts";
export { readOnnx } from "./onnx-file.ts";
export type { OnnxFile, OnnxNode, OnnxValue } from "./onnx-file.ts";
export { importableOperators } from "./operators/index.ts";
export type { TrainableChoice } from "./parameters.ts";
