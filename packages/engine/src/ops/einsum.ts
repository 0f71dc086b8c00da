// SPDX-License-Identifier: Apache-2.0
import { ShapeError } from "../errors.ts";
import type { Dim } from "../graph/dim.ts";
import { formatShape, productOf } from "../graph/dim.ts";
import { placeOf } from "../graph/scope.ts";
import type { Tensor } from "../graph/tensor.ts";
import { mul } from "./arithmetic.ts";
import { matmul } from "./matmul.ts";
import { sum } from "./reduce.ts";
import { reshape, transpose } from "./layout.ts";

/** A tensor whose axes have names of one letter. */
interface Labelled {
  readonly tensor: Tensor;
  readonly labels: readonly string[];
}

/** What the axes of two tensors are in their product. */
interface Roles {
  /** In both and in the result. */
  readonly batch: readonly string[];
  /** In both, summed by the product. */
  readonly inner: readonly string[];
  /** In one of them and in the result. */
  readonly left: readonly string[];
  readonly right: readonly string[];
}

/**
 * Product of tensors with named axes, summed over the names that are not in the result: `"bqd,bkd->bqk"` is
 * `y[b, q, k] = Σ_d x₀[b, q, d] x₁[b, k, d]`.
 *
 * Operands are multiplied from left to right, each pair by one matrix product (elementwise where nothing is summed),
 * with transpositions only where the axes do not stand in order.
 *
 * @param equation - letters for the axes of each operand, separated by commas; after `->` those of the result
 * @returns the axes of the result, in its order
 * @throws ShapeError `einsum-equation` for what is no such text, a name twice in one operand, or a result with a name
 * that no operand has; `einsum-operand` when the number of operands, their ranks or sizes of one name disagree
 * @differs from NumPy: the result is always given, there is no ellipsis, no diagonal, and size 1 does not stretch.
 */
export function einsum(equation: string, ...operands: readonly Tensor[]): Tensor {
  const { inputs, output } = parseEquation(equation);
  const sizes = labelSizes(equation, inputs, operands);
  const labelled = operands.map((tensor, index): Labelled => ({ tensor, labels: inputs[index]! }));
  const result = labelled.reduce((product, next, index) => {
    const later = new Set([...output, ...inputs.slice(index + 1).flat()]);
    return multiply(product, next, later, sizes);
  });
  return arrange(sumOthers(result, new Set(output)), output);
}

/** Product of two tensors, summed over the names that nothing later needs. */
function multiply(
  a: Labelled,
  b: Labelled,
  later: ReadonlySet<string>,
  sizes: ReadonlyMap<string, Dim>,
): Labelled {
  const left = sumOthers(a, new Set([...later, ...b.labels]));
  const right = sumOthers(b, new Set([...later, ...a.labels]));
  const shared = left.labels.filter((label) => right.labels.includes(label));
  const roles: Roles = {
    batch: shared.filter((label) => later.has(label)),
    inner: shared.filter((label) => !later.has(label)),
    left: left.labels.filter((label) => !shared.includes(label)),
    right: right.labels.filter((label) => !shared.includes(label)),
  };
  const sizesOf = (labels: readonly string[]): Dim[] => labels.map((label) => sizes.get(label)!);
  const product = roles.inner.length === 0 ? outerProduct : matrixProduct;
  return {
    tensor: product(left, right, roles, sizesOf),
    labels: [...roles.batch, ...roles.left, ...roles.right],
  };
}

type Product = (
  left: Labelled,
  right: Labelled,
  roles: Roles,
  sizesOf: (labels: readonly string[]) => Dim[],
) => Tensor;

/** Every element of one with every element of the other that has the same batch places; nothing is summed. */
const outerProduct: Product = (left, right, roles, sizesOf) => {
  const rows = arrange(left, [...roles.batch, ...roles.left]);
  const columns = arrange(right, [...roles.batch, ...roles.right]);
  const stretched = [...sizesOf(roles.batch), ...roles.left.map(() => 1), ...sizesOf(roles.right)];
  return mul(reshape(rows, [...rows.shape, ...roles.right.map(() => 1)]), reshape(columns, stretched));
};

/** Sums over the inner places by one product of matrices for each batch place. */
const matrixProduct: Product = (left, right, { batch, inner, left: rows, right: columns }, sizesOf) => {
  const matrixOf = (
    operand: Labelled,
    free: readonly string[],
  ): { matrix: Tensor; isInnerFirst: boolean } => {
    const isInnerFirst = operand.labels.join() === [...batch, ...inner, ...free].join();
    const [first, second] = isInnerFirst ? [inner, free] : [free, inner];
    const shape = [...sizesOf(batch), productOf(sizesOf(first)), productOf(sizesOf(second))];
    return { matrix: reshape(arrange(operand, [...batch, ...first, ...second]), shape), isInnerFirst };
  };
  const [a, b] = [matrixOf(left, rows), matrixOf(right, columns)];
  const product = matmul(a.matrix, b.matrix, { transA: a.isInnerFirst, transB: !b.isInnerFirst });
  return reshape(product, sizesOf([...batch, ...rows, ...columns]));
};

/** Sums over the axes whose names are not to be kept. */
function sumOthers({ tensor, labels }: Labelled, kept: ReadonlySet<string>): Labelled {
  const axes = labels.flatMap((label, axis) => (kept.has(label) ? [] : [axis]));
  return { tensor: sum(tensor, { axes }), labels: labels.filter((label) => kept.has(label)) };
}

function arrange({ tensor, labels }: Labelled, order: readonly string[]): Tensor {
  return transpose(
    tensor,
    order.map((label) => labels.indexOf(label)),
  );
}

function parseEquation(equation: string): { inputs: string[][]; output: string[] } {
  const text = equation.replaceAll(" ", "");
  const match = /^([a-zA-Z,]*)->([a-zA-Z]*)$/.exec(text);
  const inputs = (match?.[1] ?? "").split(",").map((labels) => labels.split(""));
  const output = (match?.[2] ?? "").split("");
  const isOnce = (labels: readonly string[]): boolean => new Set(labels).size === labels.length;
  const isKnown = output.every((label) => inputs.some((labels) => labels.includes(label)));
  if (match !== null && [...inputs, output].every(isOnce) && isKnown) return { inputs, output };
  throw new ShapeError({
    code: "einsum-equation",
    where: placeOf("einsum"),
    expected:
      'letters like "bij,bjk->bik", each once in an operand, the result\'s among those of the operands',
    actual: `"${equation}"`,
  });
}

function labelSizes(
  equation: string,
  inputs: readonly (readonly string[])[],
  operands: readonly Tensor[],
): ReadonlyMap<string, Dim> {
  const sizes = new Map<string, Dim>();
  const fits = operands.every(({ shape }, index) => {
    const labels = inputs[index];
    if (labels?.length !== shape.length) return false;
    return labels.every((label, axis) => {
      const size = sizes.get(label) ?? shape[axis]!;
      sizes.set(label, size);
      return size === shape[axis];
    });
  });
  if (fits && operands.length === inputs.length) return sizes;
  throw new ShapeError({
    code: "einsum-operand",
    where: placeOf("einsum"),
    expected: `operands that fit "${equation}", one size for each letter`,
    actual: operands.map(({ shape }) => formatShape(shape)).join(" and "),
  });
}
