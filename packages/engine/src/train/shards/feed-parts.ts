// SPDX-License-Identifier: Apache-2.0
import { ShapeError, SemlinkError } from "../../errors.ts";
import type { HostTensor } from "../../files/index.ts";
import { bytesPerElement, numElementsOf } from "../../files/index.ts";
import type { DimBinding, Shape } from "../../graph/dim.ts";
import { bindShape, formatShape, isStatic } from "../../graph/dim.ts";
import type { DType, Tensor } from "../../graph/tensor.ts";
import { leafTypes, topologicalOrder } from "../../graph/topology.ts";

/** An input of the gradient graph, as each shard gets it. */
export interface FeedPart {
  readonly name: string;
  readonly dtype: DType;
  readonly wholeShape: readonly number[];
  readonly partShape: readonly number[];
  /** Where its bytes lie among those of a micro-batch. */
  readonly byteOffset: number;
  readonly byteLength: number;
}

const ALIGNMENT = 64;

/**
 * The sizes with which a shard runs: those of the trainer, with `batch` divided by the number of shards.
 *
 * @throws SemlinkError `unbound-size` without a batch, `indivisible-batch` when it has no equal parts
 */
export function partBinding(binding: DimBinding, numShards: number): DimBinding {
  const { batch } = binding;
  if (batch === undefined) {
    throw new SemlinkError({
      code: "unbound-size",
      where: "shards",
      expected: "the size of a batch, before the first step",
      actual: "no binding of it",
      hint: "give the trainer a binding, such as { batch: 64 }",
    });
  }
  if (batch % numShards !== 0) {
    throw new SemlinkError({
      code: "indivisible-batch",
      where: "shards",
      expected: `a batch of ${numShards} equal parts`,
      actual: `${batch} items`,
      hint: "choose a batch that the number of shards divides",
    });
  }
  return { ...binding, batch: batch / numShards };
}

/**
 * The inputs of a graph, cut along the batch. An input without the batch among its sizes goes to every shard.
 *
 * @throws ShapeError `unsplittable-input` when the batch is not the outermost size, or no input has one
 */
export function feedParts(
  outputs: Readonly<Record<string, Tensor>>,
  binding: DimBinding,
  numShards: number,
): FeedPart[] {
  const order = topologicalOrder(Object.values(outputs));
  const inputs = [...leafTypes(order, Object.values(outputs))].flatMap(([node, { shape, dtype }]) =>
    node.kind === "input" ? [{ name: node.name, shape, dtype }] : [],
  );
  const part = partBinding(binding, numShards);
  let byteOffset = 0;
  const parts = inputs.map(({ name, shape, dtype }) => {
    const wholeShape = knownShape(name, shape, binding);
    const partShape = knownShape(name, shape, part);
    if (!isSame(wholeShape, partShape) && !isCut(wholeShape, partShape, numShards))
      throw unsplittable(`input "${name}"`, formatShape(shape));
    const byteLength = numElementsOf(partShape) * bytesPerElement(dtype);
    const feed = { name, dtype, wholeShape, partShape, byteOffset, byteLength };
    byteOffset += Math.ceil(byteLength / ALIGNMENT) * ALIGNMENT;
    return feed;
  });
  if (numShards > 1 && !parts.some(({ wholeShape, partShape }) => !isSame(wholeShape, partShape)))
    throw unsplittable("inputs of the objective", "none with it");
  return parts;
}

/** Bytes of all inputs of one micro-batch. */
export function feedBytes(parts: readonly FeedPart[]): number {
  const last = parts.at(-1);
  return last ? Math.ceil((last.byteOffset + last.byteLength) / ALIGNMENT) * ALIGNMENT : 0;
}

/**
 * What a shard gets of a tensor: its rows, or the whole.
 *
 * @returns a view, with the shape of the part
 * @throws SemlinkError `wrong-batch` when the tensor is not what the objective asks for
 */
export function partOf(tensor: HostTensor, feed: FeedPart, shard: number): HostTensor {
  const { name, dtype, wholeShape, partShape } = feed;
  if (tensor.dtype !== dtype || tensor.data.length !== numElementsOf(wholeShape)) {
    throw new SemlinkError({
      code: "wrong-batch",
      where: `input "${name}"`,
      expected: `${dtype} ${formatShape(wholeShape)}`,
      actual: `${tensor.dtype} ${formatShape(tensor.shape)}`,
      hint: "feed batches of the size that the trainer is bound to",
    });
  }
  const size = numElementsOf(partShape);
  const first = isSame(wholeShape, partShape) ? 0 : shard * size;
  const data = (tensor.data as Float32Array).subarray(first, first + size);
  return { dtype, shape: [...partShape], data };
}

function knownShape(name: string, shape: Shape, binding: DimBinding): readonly number[] {
  const known = bindShape(shape, binding);
  if (isStatic(known)) return known;
  throw new SemlinkError({
    code: "unbound-size",
    where: `input "${name}"`,
    expected: "sizes known before the run, to cut it into shards",
    actual: formatShape(known),
    hint: "name every symbolic size in the binding",
  });
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a.every((size, axis) => size === b[axis]);
}

/** Whether the part has a share of the outermost size and all of the others. */
function isCut(whole: readonly number[], part: readonly number[], numShards: number): boolean {
  return whole[0] === numShards * part[0]! && isSame(whole.slice(1), part.slice(1));
}

function unsplittable(where: string, actual: string): ShapeError {
  return new ShapeError({
    code: "unsplittable-input",
    where,
    expected: 'the symbol "batch" as outermost size, and nowhere else',
    actual,
    hint: "a shard is a part of the rows of a batch: put the batch first, or train with shards: 1",
  });
}
