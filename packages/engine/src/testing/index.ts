// SPDX-License-Identifier: Apache-2.0
export { checkError, checkSample, checkSecondOrder } from "./check-op.ts";
export { checkSampleIn, kernelSetsOf, runIn } from "./check-op-runtime.ts";
export { checkDifferences } from "./differences.ts";
export type { DifferenceOptions, DifferentiatedScalar } from "./differences.ts";
export {
  elementAt,
  float64Tensor,
  mapBroadcast,
  mapElements,
  numElements,
  offsetOf,
  tabulate,
  opCases,
} from "./op-cases.ts";
export { readGolden } from "./golden.ts";
export type { GoldenCase, GoldenFile } from "./golden.ts";
export { gradcheck } from "./gradcheck.ts";
export type { GradcheckOptions } from "./gradcheck.ts";
export { evaluate } from "./interpreter.ts";
export type { Feeds } from "./interpreter.ts";
export { expectClose } from "./matchers.ts";
export type { Tolerance } from "./matchers.ts";
export type { AnyOpCases, Domain, Float64Tensor, OpCases, OpErrorSample, OpSample } from "./op-cases.ts";
