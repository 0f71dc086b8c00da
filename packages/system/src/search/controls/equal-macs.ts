// SPDX-License-Identifier: Apache-2.0
import type { SearchStudentConfig } from "../search-config.ts";
import type { StudentConfig } from "../../student/student-config.ts";
import type { EncoderShape } from "../../student/student-encoder.ts";
import { genotypeCost } from "../../cells/cost.ts";
import type { Genotype } from "../../cells/genotype.ts";
import type { PrimitiveSet } from "../../cells/primitive-sets.ts";
import type { Cost } from "../../cells/primitives/primitive.ts";

/** What the students of one search have in common. */
export interface StudentSizes extends SearchStudentConfig {
  readonly shape: EncoderShape;
  /** Where the keys of other architectures come from. */
  readonly base: StudentConfig;
  /** Where the names in genotypes are looked up. */
  readonly primitives: PrimitiveSet;
  /** Module that has some of them, for the student's configuration. */
  readonly ownPrimitives?: string;
}

/** A student with what one image costs it. */
export interface SizedStudent extends Cost {
  readonly student: StudentConfig;
}

// Even, as a factorized reduction needs. Steps of 2 bring 94 % of random genotypes within 8 % of 14 M MACs, steps of
// 4 only half of them.
const CHANNEL_STEP = 2;

/** The student of a genotype with that many channels. */
export function cellsStudent(genotype: Genotype, channels: number, sizes: StudentSizes): SizedStudent {
  const { base, shape, numCells, stemStride, primitives, ownPrimitives } = sizes;
  const [inChannels, imageHeight, imageWidth] = shape.imageShape;
  const head = { embedDim: shape.embedDim };
  const numCellNodes = genotype.normal.length;
  const network = { inChannels, numCells, numCellNodes, channels, stemStride, head, imageHeight, imageWidth };
  const own = ownPrimitives === undefined ? {} : { primitives: ownPrimitives };
  const cells = { genotype, channels, numCells, stemStride, ...own };
  return {
    student: { ...base, architecture: "cells", cells },
    ...genotypeCost(genotype, network, primitives),
  };
}

/** The student of a genotype whose MACs come nearest to `targetMacs`; of two as near the smaller. */
export function cellsStudentAtMacs(genotype: Genotype, sizes: StudentSizes): SizedStudent {
  let smaller = cellsStudent(genotype, CHANNEL_STEP, sizes);
  for (let channels = 2 * CHANNEL_STEP; ; channels += CHANNEL_STEP) {
    const larger = cellsStudent(genotype, channels, sizes);
    if (larger.macs >= sizes.targetMacs) return nearestInMacs([smaller, larger], sizes.targetMacs);
    smaller = larger;
  }
}

/** The first of the students whose MACs are nearest to `macs`. */
export function nearestInMacs(students: readonly SizedStudent[], macs: number): SizedStudent {
  const distance = (sized: SizedStudent): number => Math.abs(sized.macs - macs);
  return students.reduce((best, other) => (distance(other) < distance(best) ? other : best));
}

/** Whether MACs differ from `targetMacs` by at most the given share of it. */
export function isAtMacs(
  { macs }: Pick<Cost, "macs">,
  { targetMacs }: Pick<SearchStudentConfig, "targetMacs">,
  tolerance: number,
): boolean {
  return Math.abs(macs - targetMacs) <= tolerance * targetMacs;
}
