// SPDX-License-Identifier: Apache-2.0
import { Build, graphCost, input } from "@semlink/engine";
import type { StudentConfig } from "../../student/student-config.ts";
import { studentPrimitives } from "../../student/node/student-primitives.ts";
import type { EncoderShape } from "../../student/student-encoder.ts";
import { studentEncoder } from "../../student/student-encoder.ts";
import type { Cost } from "../../cells/primitives/primitive.ts";
import { nearestInMacs, type SizedStudent } from "./equal-macs.ts";

/** What a hand-made control is made from. */
export interface HandMadeOptions {
  readonly base: StudentConfig;
  readonly shape: EncoderShape;
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
export function studentCost(student: StudentConfig, shape: EncoderShape): Cost {
  const encoder = studentEncoder(student, shape, studentPrimitives(student));
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
  const { base, shape, residual } = options;
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
    students.push({ student, ...studentCost(student, shape) });
  } while (students.at(-1)!.macs < macs);
  return students;
}
