// SPDX-License-Identifier: Apache-2.0
import type { HostTensor } from "@semlink/engine";
import { nameTree, paramsOf, rngFrom, SemlinkError } from "@semlink/engine";
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

/**
 * Weights of a network as training starts with them, plus a little noise: layers that start at zero would hide what
 * goes through them.
 */
export function drawnWeights(root: object, seed: number): Map<string, Float32Array> {
  nameTree(root);
  const rng = rngFrom(seed);
  return new Map(
    paramsOf(root).map(({ name, shape, init }) => {
      const start = init(shape, rng.fold("init").fold(name));
      const noise = rng.fold("noise").fold(name).normal(start.length);
      return [name, start.map((value, i) => value + 0.1 * noise[i]!)];
    }),
  );
}
