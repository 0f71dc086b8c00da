// SPDX-License-Identifier: Apache-2.0
export { SelfAttention, ModulatedTransformerBlock } from "./transformer.ts";
export type { SelfAttentionOptions, ModulatedTransformerBlockOptions } from "./transformer.ts";
export { BatchNorm, GroupNorm, LayerNorm } from "./normalization.ts";
export type { BatchNormLayerOptions, GroupNormLayerOptions } from "./normalization.ts";
export { Build, nameTree, paramsOf } from "./build.ts";
export type { AveragedValue, Layer } from "./build.ts";
export { Conv2d } from "./conv2d.ts";
export type { Conv2dLayerOptions } from "./conv2d.ts";
export { Dropout } from "./dropout.ts";
export { Embedding, Linear } from "./linear.ts";
export type { EmbeddingOptions, LinearOptions } from "./linear.ts";
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
export { buffer, Param, param } from "./param.ts";
export type { Init } from "./param.ts";
export { Activation, Sequential } from "./sequential.ts";
