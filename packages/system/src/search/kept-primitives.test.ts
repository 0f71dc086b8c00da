// SPDX-License-Identifier: Apache-2.0
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { strongestPrimitives } from "./kept-primitives.ts";
import { k7 } from "../cells/primitive-sets.ts";

const row = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 7, maxLength: 7 });

describe("pruning", () => {
  it("keeps half of the primitives of every edge, rounded up, none of them weaker than one that goes", () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), (strengths) => {
        const kept = strongestPrimitives(strengths, k7, 0.5);
        strengths.forEach((values, edge) => {
          const stays = values.filter((_, column) => kept[edge]![column]);
          const goes = values.filter((_, column) => !kept[edge]![column]);
          expect(stays).toHaveLength(4);
          expect(Math.min(...stays)).toBeGreaterThanOrEqual(Math.max(...goes));
        });
      }),
    );
  });

  it("keeps the first of equal ones", () => {
    const [kept] = strongestPrimitives([[0.1, 0.2, 0.2, 0.2, 0.2, 0.1, 0]], k7, 0.4);
    expect(kept).toEqual([false, true, true, true, false, false, false]);
  });

  it("leaves every edge a primitive other than none", () => {
    const [kept] = strongestPrimitives([[0.9, 0.1, 0, 0, 0, 0, 0]], k7, 0.01);
    expect(kept!.slice(0, 2)).toEqual([true, true]);
  });
});
