// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { input } from "../graph/index.ts";
import { topologicalOrder } from "../graph/topology.ts";
import { lower } from "../onnx/index.ts";
import { opCasesList } from "../ops/index.cases.ts";
import { rngFrom } from "../random/index.ts";
import { nodeRuntime } from "../runtime/node.ts";
import type { Float64Tensor } from "../testing/index.ts";
import { evaluate, expectClose, float64Tensor, tabulate } from "../testing/index.ts";
import { orthogonalize } from "./newton-schulz.ts";

function product(a: Float64Tensor, b: Float64Tensor): Float64Tensor {
  const [inner, columns] = b.shape as [number, number];
  return tabulate([a.shape[0]!, columns], ([row, column]) => {
    let total = 0;
    for (let i = 0; i < inner; i++) total += a.data[row! * inner + i]! * b.data[i * columns + column!]!;
    return total;
  });
}

const transposed = ({ shape: [rows, columns], data }: Float64Tensor): Float64Tensor =>
  tabulate([columns!, rows!], ([row, column]) => data[column! * columns! + row!]!);

const normal = (rows: number, columns: number, seed: number): Float64Tensor =>
  float64Tensor([rows, columns], rngFrom(seed).normal(rows * columns));

/** Orthonormal columns, by Gram-Schmidt done twice. */
function orthonormalColumns(rows: number, columns: number, seed: number): Float64Tensor {
  const vectors: Float64Array[] = [];
  for (let column = 0; column < columns; column++) {
    const v = Float64Array.from(rngFrom(seed).fold(column).normal(rows));
    for (const other of [...vectors, ...vectors]) {
      const overlap = v.reduce((total, value, i) => total + value * other[i]!, 0);
      v.forEach((value, i) => (v[i] = value - overlap * other[i]!));
    }
    const norm = Math.hypot(...v);
    vectors.push(v.map((value) => value / norm));
  }
  return tabulate([rows, columns], ([row, column]) => vectors[column!]![row!]!);
}

/** `U diag(s) Vᵀ` with seeded `U` and `V`. */
function withSingularValues(
  rows: number,
  columns: number,
  s: readonly number[],
): { x: Float64Tensor; u: Float64Tensor; v: Float64Tensor } {
  const [u, v] = [orthonormalColumns(rows, s.length, 1), orthonormalColumns(columns, s.length, 2)];
  const us = tabulate(u.shape, ([, column], offset) => u.data[offset]! * s[column!]!);
  return { x: product(us, transposed(v)), u, v };
}

const quintic = (s: number): number => 3.4445 * s - 4.775 * s ** 3 + 2.0315 * s ** 5;

function iterated(s: number, steps: number): number {
  return steps === 0 ? s : iterated(quintic(s), steps - 1);
}

function inFloat64(x: Float64Tensor, steps: number): Float64Tensor {
  return evaluate([orthogonalize(input("x", x.shape), { steps })], { x }, opCasesList)[0]!;
}

async function inFloat32(x: Float64Tensor, steps: number): Promise<Float64Tensor> {
  const runtime = await nodeRuntime({ intraOpThreads: 1 });
  const y = orthogonalize(input("x", x.shape), { steps });
  const session = await runtime.createSession(lower({ y }, { kernels: runtime.kernels }).bytes);
  const out = await session.run({
    x: { dtype: "float32", shape: [...x.shape], data: Float32Array.from(x.data) },
  });
  await session.release();
  return float64Tensor(x.shape, out["y"]!.data as Float32Array);
}

const shapes = [
  { rows: 6, columns: 24 },
  { rows: 24, columns: 6 },
  { rows: 8, columns: 8 },
];

describe("orthogonalize", () => {
  it.each(shapes)(
    "maps every singular value of a [$rows, $columns] matrix by the iterated quintic and keeps the vectors",
    ({ rows, columns }) => {
      const s = [0.9, 0.3, 0.2, 0.05, 0.01, 0.0001];
      const norm = Math.hypot(...s);
      const { x, u, v } = withSingularValues(rows, columns, s);
      for (const steps of [1, 3, 5, 8]) {
        const core = product(product(transposed(u), inFloat64(x, steps)), v);
        const expected = tabulate(core.shape, ([i, j]) => (i === j ? iterated(s[i!]! / norm, steps) : 0));
        expectClose(core.data, expected.data, { relative: 1e-5, absolute: 1e-9 });
      }
    },
  );

  it.each([
    { steps: 5, least: 0.002 },
    { steps: 3, least: 0.02 },
  ])(
    "brings singular values above $least of the norm into [0.68, 1.21] in $steps steps",
    ({ steps, least }) => {
      fc.assert(
        fc.property(fc.array(fc.double({ min: least, max: 1, noNaN: true }), { maxLength: 4 }), (tail) => {
          // The first is below 1 by the others' share of the norm, the last is the least that is promised.
          const rest = [...tail.map((value) => value / 3), least];
          const s = [
            Math.sqrt(
              1 -
                Math.min(
                  0.99,
                  rest.reduce((sum, value) => sum + value ** 2, 0),
                ),
            ),
            ...rest,
          ];
          const { x, u, v } = withSingularValues(6, 9, s);
          const core = product(product(transposed(u), inFloat64(x, steps)), v);
          for (const [i, value] of s.entries()) {
            if (value / Math.hypot(...s) < least) continue;
            expect(core.data[i * s.length + i]).toBeGreaterThan(0.68);
            expect(core.data[i * s.length + i]).toBeLessThan(1.21);
          }
        }),
        { seed: 11, numRuns: 30 },
      );
    },
  );

  it.each([1e-4, 1, 1e6])("does not depend on the scale of the matrix, here %s", (scale) => {
    const x = normal(5, 7, 3);
    const scaled = float64Tensor(
      x.shape,
      x.data.map((value) => value * scale),
    );
    // 1e-7 keeps the norm from being zero, so a norm of 6e-4 is off by 2e-4.
    expectClose(inFloat64(scaled, 5).data, inFloat64(x, 5).data, { relative: 1e-3, absolute: 1e-3 });
  });

  it.each(shapes.map(({ rows, columns }) => ({ rows: 4 * rows, columns: 4 * columns })))(
    "agrees in float32 with float64 for a [$rows, $columns] matrix",
    async ({ rows, columns }) => {
      const x = normal(rows, columns, 4);
      expectClose((await inFloat32(x, 5)).data, inFloat64(x, 5).data, { relative: 1e-3, absolute: 2e-4 });
    },
  );

  it.each([5, 12, 25])(
    "keeps every singular value of a rank-deficient float32 matrix below 1.21 in %i steps",
    async (steps) => {
      // Rounding makes the rank full; a Gram matrix with negative eigenvalues would be driven to infinity.
      const y = await inFloat32(product(normal(24, 4, 5), normal(4, 40, 6)), steps);
      const gram = product(y, transposed(y));
      let power = gram;
      for (let i = 0; i < 6; i++) power = product(power, power);
      const traceOfPower = power.data.reduce((sum, value, i) => sum + (i % 25 === 0 ? value : 0), 0);
      // Σ σ^(2·64) is at least the greatest σ^128 and at most 24 times that.
      expect(traceOfPower ** (1 / 128)).toBeLessThan(1.21 * 24 ** (1 / 128));
    },
  );

  it("keeps a zero matrix zero", async () => {
    const y = await inFloat32(float64Tensor([3, 4], new Float64Array(12)), 5);
    expect(y.data.every((value) => value === 0)).toBe(true);
  });

  it.each(shapes)("squares only the short side of a [$rows, $columns] matrix", ({ rows, columns }) => {
    const products = topologicalOrder([orthogonalize(input("x", [rows, columns]))]).flatMap((node) =>
      node.kind === "op" && node.name === "MatMul" ? node.outputs.map(({ shape }) => shape) : [],
    );
    const short = Math.min(rows, columns);
    const [last, ...others] = products.reverse();
    expect(last).toEqual([rows, columns]);
    expect(new Set(others.map(String))).toEqual(new Set([`${short},${short}`]));
  });

  it("refuses what is not a matrix of known sizes", () => {
    for (const shape of [[3], [2, 3, 4], ["batch", 3]])
      expect(() => orthogonalize(input("x", shape))).toThrow(
        expect.objectContaining({ code: "matrix-shape" }),
      );
  });
});
