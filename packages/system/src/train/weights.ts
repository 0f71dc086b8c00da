// SPDX-License-Identifier: Apache-2.0
import type { HostTensor } from "@semlink/engine";
import { paramsOf, SemlinkError } from "@semlink/engine";
import type { Weights } from "./phase.ts";

/** The values of every parameter and buffer of a network as named tensors; those without a value are left out. */
export function weightTensors(network: object, weights: Weights): Map<string, HostTensor> {
  const tensors = new Map<string, HostTensor>();
  for (const { name, shape } of paramsOf(network)) {
    const data = weights.get(name);
    if (data) tensors.set(name, { dtype: "float32", shape: [...shape], data });
  }
  return tensors;
}

/**
 * The values of {@link weightTensors}.
 *
 * @param where - names the source in errors
 * @throws SemlinkError `corrupt-file` when a tensor is of another type
 */
export function weightsOf(
  tensors: ReadonlyMap<string, HostTensor>,
  where: string,
): Map<string, Float32Array> {
  return new Map(
    Array.from(tensors, ([name, { data }]) => {
      if (data instanceof Float32Array) return [name, data];
      throw new SemlinkError({
        code: "corrupt-file",
        where,
        expected: `float32 values of "${name}"`,
        actual: data.constructor.name,
        hint: "delete the folder; the stage is run again",
      });
    }),
  );
}
