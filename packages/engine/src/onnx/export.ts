// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "../errors.ts";
import type { Tensor } from "../graph/tensor.ts";
import { standardKernels } from "./kernel-set.ts";
import { lower } from "./lower.ts";

/**
 * An inference graph as a self-contained ONNX file: weights inside, standard operators only, symbolic batch kept.
 * Loads in any ONNX Runtime.
 *
 * @throws SemlinkError `missing-weights` when a parameter of the graph has no value
 */
export function exportModel(
  outputs: Readonly<Record<string, Tensor>>,
  weights: ReadonlyMap<string, Float32Array>,
  options: { readonly name: string; readonly metadata?: Readonly<Record<string, string>> },
): Uint8Array {
  const model = lower(outputs, { kernels: standardKernels, weights, ...options });
  const [missing] = model.paramInputs;
  if (missing !== undefined) {
    throw new SemlinkError({
      code: "missing-weights",
      where: `export of "${options.name}"`,
      expected: `a value for every parameter`,
      actual: `none for "${missing}"`,
      hint: "pass the weights of the stage that trained this part",
    });
  }
  return model.bytes;
}
