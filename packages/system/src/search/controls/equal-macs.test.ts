// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { arbitraryGenotype } from "../../cells/arbitrary-genotype.fixture.ts";
import { formatGenotype } from "../../cells/genotype.ts";
import { k7 } from "../../cells/primitive-sets.ts";
import { defineExperiment } from "../../experiment.ts";
import type { StudentSizes } from "./equal-macs.ts";
import {
  cellsStudent,
  cellsStudentAtMacs,
  handMadeAtMacs,
  handMadeLadder,
  isAtMacs,
  studentCost,
} from "./equal-macs.ts";
import { randomGenotype, randomGenotypes } from "../select/genotype-draws.ts";

const { student: base, search } = defineExperiment({ name: "sizes" });
const sizes: StudentSizes = {
  ...search.student,
  shape: { imageShape: [3, 32, 32], embedDim: 128 },
  base,
  primitives: k7,
};
const space = { primitives: k7, numCellNodes: 3 };
const isClose = (macs: number, share: number): boolean => isAtMacs({ macs }, sizes, share);

describe("cellsStudentAtMacs", () => {
  it("has MACs that no other even number of channels brings nearer to the target", () => {
    fc.assert(
      fc.property(arbitraryGenotype(k7, 3), (genotype) => {
        const { student, macs } = cellsStudentAtMacs(genotype, sizes);
        const { channels } = student.cells;
        const others = [channels - 2, channels + 2].filter((other) => other > 0);
        return others.every((other) => {
          const distance = Math.abs(cellsStudent(genotype, other, sizes).macs - sizes.targetMacs);
          return channels % 2 === 0 && distance >= Math.abs(macs - sizes.targetMacs);
        });
      }),
      { numRuns: 30 },
    );
  });

  it("costs what its network costs", () => {
    const sized = cellsStudentAtMacs(randomGenotype(space, rngFrom(1)), sizes);
    const { macs, params } = sized;
    expect(studentCost(sized.student, sizes)).toEqual({ macs, params });
  });
});

describe("randomGenotypes", () => {
  const accept = (): boolean => true;

  it("are different, and more of them begin with fewer", () => {
    const many = randomGenotypes(space, 40, accept, rngFrom(2));
    expect(new Set(many.map(formatGenotype)).size).toBe(40);
    expect(randomGenotypes(space, 7, accept, rngFrom(2))).toEqual(many.slice(0, 7));
  });

  it("have nearly all equal MACs within the tolerance", () => {
    const atMacs = randomGenotypes(
      space,
      20,
      (genotype) => isClose(cellsStudentAtMacs(genotype, sizes).macs, 0.08),
      rngFrom(3),
    );
    for (const genotype of atMacs) expect(isClose(cellsStudentAtMacs(genotype, sizes).macs, 0.08)).toBe(true);
  });

  it("have every primitive but none, and every input, equally often", () => {
    const edges = Array.from({ length: 600 }, (_, draw) => randomGenotype(space, rngFrom(4).fold(draw)))
      .flatMap(({ normal, reduce }) => [normal, reduce])
      .map((cell) => cell[2]!)
      .flat();
    const shareOf = (is: (edge: (typeof edges)[number]) => boolean): number =>
      edges.filter(is).length / edges.length;
    const bound = (share: number): number => 5 * Math.sqrt((share * (1 - share)) / edges.length);
    for (const { name } of k7.filter(({ isNone }) => !isNone)) {
      expect(Math.abs(shareOf(({ primitive }) => primitive === name) - 1 / 6)).toBeLessThan(bound(1 / 6));
    }
    for (const input of [0, 1, 2, 3]) {
      expect(Math.abs(shareOf(({ from }) => from === input) - 1 / 4)).toBeLessThan(bound(1 / 4));
    }
    expect(shareOf(({ primitive }) => primitive === "none")).toBe(0);
  });

  it("are an error when none is accepted", () => {
    expect(() => randomGenotypes(space, 1, () => false, rngFrom(5))).toThrow(
      expect.objectContaining({ code: "no-such-genotypes" }),
    );
  });
});

describe("hand-made networks", () => {
  it("at equal MACs are within 8 % of the target in multiples of 8", () => {
    for (const residual of [true, false]) {
      const { student, macs } = handMadeAtMacs(sizes.targetMacs, { ...sizes, residual });
      expect(isClose(macs, 0.08)).toBe(true);
      expect(student.widths.every((width) => width % 8 === 0)).toBe(true);
      expect(student.residual).toBe(residual);
    }
  });

  it("of the ladder rise from half of the MACs to six times as many", () => {
    const macs = handMadeLadder(sizes.targetMacs, { ...sizes, residual: true }).map((rung) => rung.macs);
    expect(macs).toEqual(macs.toSorted((a, b) => a - b));
    expect(macs[0]! / sizes.targetMacs).toBeGreaterThanOrEqual(0.5);
    expect(macs[0]! / sizes.targetMacs).toBeLessThan(1);
    expect(macs.at(-1)! / sizes.targetMacs).toBeLessThanOrEqual(6);
    expect(macs.at(-1)! / sizes.targetMacs).toBeGreaterThan(4);
  });
});
