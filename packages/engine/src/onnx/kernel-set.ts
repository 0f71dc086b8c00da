// SPDX-License-Identifier: Apache-2.0

/**
 * Which kernels beyond standard ONNX the runtime has. Operators look at this when they choose their ONNX form;
 * every operator also has a form of standard operators only.
 */
export interface KernelSet {
  /** Shown to users and stored with results: `"nchwc16"`, `"contrib"`, `"standard"`. */
  readonly name: string;
  /**
   * Channel block of ONNX Runtime's internal blocked convolution layout (`com.microsoft.nchwc`), a property of the
   * CPU; null where the runtime lacks these kernels. Found by the probe in `runtime/`.
   */
  readonly nchwcBlock: number | null;
  /** `com.microsoft` operators such as FusedMatMul. */
  readonly contrib: boolean;
  /** BatchNormalization in training mode. */
  readonly trainingBatchNorm: boolean;
}

/** Standard ONNX operators only: what exported models use, and what every backend runs. */
export const standardKernels: KernelSet = {
  name: "standard",
  nchwcBlock: null,
  contrib: false,
  trainingBatchNorm: false,
};

/** ONNX Runtime's CPU provider without blocked convolutions. */
export const contribKernels: KernelSet = {
  name: "contrib",
  nchwcBlock: null,
  contrib: true,
  trainingBatchNorm: true,
};

/** ONNX Runtime's CPU provider with blocked convolutions of the given channel block. */
export function nchwcKernels(nchwcBlock: number): KernelSet {
  return { name: `nchwc${nchwcBlock}`, nchwcBlock, contrib: true, trainingBatchNorm: true };
}
