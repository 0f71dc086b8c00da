// SPDX-License-Identifier: Apache-2.0
export { SelfAttention } from "./attention.ts";
export type { SelfAttentionOptions } from "./attention.ts";
export { BatchNorm } from "./batch-norm.ts";
export type { BatchNormLayerOptions } from "./batch-norm.ts";
export { Build, nameTree, paramsOf } from "./build.ts";
export type { AveragedValue, Layer } from "./build.ts";
export { Conv2d } from "./conv2d.ts";
export type { Conv2dLayerOptions } from "./conv2d.ts";
export { Dropout } from "./dropout.ts";
export { Embedding } from "./embedding.ts";
export type { EmbeddingOptions } from "./embedding.ts";
export { GroupNorm } from "./group-norm.ts";
export type { GroupNormLayerOptions } from "./group-norm.ts";
export { BidirectionalGru, Gru } from "./gru.ts";
export type { GruDirection, GruOptions, GruOutput, GruSequence } from "./gru.ts";
export {
  constantInit,
  dirac,
  kaimingNormal,
  kaimingUniform,
  normalInit,
  ones,
  uniformInit,
  valuesInit,
  zeros,
} from "./init.ts";
export { LayerNorm } from "./layer-norm.ts";
export { Linear } from "./linear.ts";
export type { LinearOptions } from "./linear.ts";
export { buffer, Param, param } from "./param.ts";
export type { Init } from "./param.ts";
export { Activation, Sequential } from "./sequential.ts";
export { ModulatedTransformerBlock } from "./transformer-block.ts";
export type { ModulatedTransformerBlockOptions } from "./transformer-block.ts";
