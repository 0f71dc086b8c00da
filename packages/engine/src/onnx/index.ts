// SPDX-License-Identifier: Apache-2.0
export { decodeModel } from "./decode-model.ts";
export { float } from "./emitter.ts";
export type {
  AttributeValue,
  EmitContext,
  EmittedInitializer,
  EmittedNode,
  Emitter,
  FloatAttribute,
  KnownInitializer,
  NodeOptions,
  Value,
} from "./emitter.ts";
export { exportModel } from "./export.ts";
export { contribKernels, nchwcKernels, standardKernels } from "./kernel-set.ts";
export type { KernelSet } from "./kernel-set.ts";
export { lower } from "./lower.ts";
export type { LoweredModel, LowerOptions } from "./lower.ts";
