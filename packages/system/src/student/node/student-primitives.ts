// SPDX-License-Identifier: Apache-2.0
import { loadPrimitives } from "../../cells/node/load-primitives.ts";
import { knownPrimitives } from "../../cells/primitive-sets.ts";
import type { Primitive } from "../../cells/primitives/primitive.ts";
import type { StudentConfig } from "../student-config.ts";

/**
 * The primitives that a student's genotype may name: those of its own module, then those that come with semlink.
 *
 * @throws SemlinkError `primitive-module` when the module cannot be imported or exports no list
 */
export function studentPrimitives({ cells: { primitives } }: StudentConfig): readonly Primitive[] {
  return primitives === undefined ? knownPrimitives : [...loadPrimitives(primitives), ...knownPrimitives];
}
