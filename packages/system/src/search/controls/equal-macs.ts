// SPDX-License-Identifier: Apache-2.0
import { Build, graphCost, input } from "@semlink/engine";
import { genotypeCost } from "../../cells/cost.ts";
import type { Genotype } from "../../cells/genotype.ts";
import type { PrimitiveSet } from "../../cells/primitive-sets.ts";
import type { Cost } from "../../cells/primitives/primitive.ts";
import type { SearchStudentConfig } from "../search-config.ts";
import type { StudentConfig } from "../../student/student-config.ts";
import type { EncoderShape } from "../../student/student-encoder.ts";
import { studentEncoder } from "../../student/student-encoder.ts";

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

/** What a hand-made control is made from. */
export interface HandMadeOptions extends Pick<StudentSizes, "base" | "shape" | "primitives"> {
  /** False for the plain network, without additions. */
  readonly residual: boolean;
}

const WIDTH_STEP = 8;
/** Units of the second and the third stage; the usual ones first. */
const DEPTHS = [
  [0, 2, 1],
  [0, 1, 1],
  [0, 2, 2],
  [0, 3, 1],
  [0, 3, 2],
] as const;
const USUAL_DEPTHS = DEPTHS[0];

/** Parameters and MACs of one image of any student's encoder. */
export function studentCost(
  student: StudentConfig,
  { shape, primitives }: Pick<StudentSizes, "shape" | "primitives">,
): Cost {
  const encoder = studentEncoder(student, shape, primitives);
  const build = new Build({ encoder }, { training: false });
  const embedding = build.apply(encoder, input("images", ["batch", ...shape.imageShape]));
  return graphCost({ embedding });
}

/** The hand-made network of three stages, widths doubling in multiples of 8, whose MACs come nearest to `macs`. */
export function handMadeAtMacs(macs: number, options: HandMadeOptions): SizedStudent {
  return nearestInMacs(
    DEPTHS.flatMap((depths) => widening(depths, macs, options)),
    macs,
  );
}

/**
 * Hand-made networks of the usual depths from half of `macs` to six times as many, for the one that takes as long as
 * another network: full convolutions take less time for a MAC than the small parts of cells.
 */
export function handMadeLadder(macs: number, options: HandMadeOptions): SizedStudent[] {
  const all = widening(USUAL_DEPTHS, 6 * macs, options);
  const ladder = all.filter((rung) => rung.macs >= macs / 2 && rung.macs <= 6 * macs);
  return ladder.length > 0 ? ladder : all.slice(0, 1);
}

/** By width, up to the first with at least `macs`. */
function widening(depths: readonly number[], macs: number, options: HandMadeOptions): SizedStudent[] {
  const { base, residual } = options;
  const students: SizedStudent[] = [];
  do {
    const width = WIDTH_STEP * (students.length + 1);
    const widths = [width, 2 * width, 4 * width];
    const student: StudentConfig = {
      ...base,
      architecture: "compact-cnn",
      stemWidth: 0,
      widths,
      depths,
      residual,
    };
    students.push({ student, ...studentCost(student, options) });
  } while (students.at(-1)!.macs < macs);
  return students;
}
