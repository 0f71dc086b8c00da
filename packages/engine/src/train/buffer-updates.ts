// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from "../graph/tensor.ts";
import { grouped } from "../rewrite/join-siblings.ts";
import type { Build, Param } from "../nn/index.ts";
import { add, mul } from "../ops/index.ts";
import { isSmall, joined, parted } from "./joined-vectors.ts";

/**
 * New values of all buffers that a network's layers update or average. Small averages of one kind are computed as one
 * vector: a network has two for each normalisation.
 */
export function bufferUpdates({ updates, averages }: Build): ReadonlyMap<Param, Tensor> {
  const next = new Map(updates);
  const keyOf = ([buffer, { kept }]: readonly [Param, { readonly kept: number }]): string | null =>
    isSmall(buffer.shape) ? `${kept}` : null;
  for (const group of grouped([...averages], keyOf)) {
    const [[, { kept }]] = group as readonly [(typeof group)[number]];
    const old = joined(group.map(([buffer]) => buffer.value));
    const value = joined(group.map(([, average]) => average.value));
    const average = add(mul(old, kept), mul(value, 1 - kept));
    const parts = parted(
      average,
      group.map(([buffer]) => buffer.shape),
    );
    parts.forEach((part, index) => next.set(group[index]![0], part));
  }
  return next;
}
