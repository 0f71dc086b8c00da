// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";
import { type Genotype, genotypeSchema, type WrittenGenotype } from "../cells/genotype.ts";
import { notKnown } from "../cells/primitive-sets.ts";
import {
  type BrokenRule,
  checkRules,
  count,
  depthCount,
  type Written,
  widthCount,
} from "../config/fields.ts";

/** The `student.cells` part of an experiment; each key is described in its schema. */
export interface CellsConfig {
  /** A word stands for a genotype that `resolveStudent` puts in its place. */
  readonly genotype: "shipped" | "searched" | Genotype;
  /** Module with primitives of one's own that the genotype names. */
  readonly primitives?: string | undefined;
  readonly channels: number;
  readonly numCells: number;
  readonly stemStride: 1 | 2;
}

/** The `student` part of an experiment; each key is described in its schema. */
export interface StudentConfig {
  readonly architecture: "compact-cnn" | "cells";
  readonly stemWidth: number;
  readonly widths: readonly number[];
  readonly depths: readonly number[];
  readonly residual: boolean;
  readonly cells: CellsConfig;
}

/** A {@link StudentConfig} as a person writes it; a genotype may be in the short form of its file. */
export type StudentInput = Written<Omit<StudentConfig, "cells">> & {
  readonly cells?:
    | (Written<Omit<CellsConfig, "genotype">> & {
        readonly genotype?: "shipped" | "searched" | WrittenGenotype | undefined;
      })
    | undefined;
};

const cellsSchema: z.ZodType<CellsConfig, NonNullable<StudentInput["cells"]>> = z
  .strictObject({
    genotype: z
      .union([z.enum(["shipped", "searched"]), genotypeSchema])
      .default("shipped")
      .describe(
        "the genotype that comes with semlink, the one that `semlink search` finds first, or one written out",
      ),
    primitives: z
      .string()
      .min(1)
      .describe("module that exports `primitives` of one's own, where the genotype names such")
      .optional(),
    channels: widthCount(
      "channels of a cell node before the first reduction, which doubles them; even",
    ).default(16),
    numCells: depthCount("cells, reductions at a third and two thirds").default(5),
    stemStride: z
      .union([z.literal(1), z.literal(2)])
      .default(2)
      .describe("stride of the first convolution"),
  })
  .describe("a network of cells");

/** Validates the `student` part of an experiment. */
export const studentConfigSchema: z.ZodType<StudentConfig, StudentInput> = z
  .strictObject({
    architecture: z
      .enum(["compact-cnn", "cells"])
      .default("compact-cnn")
      .describe("the hand-made network (stemWidth, widths, depths, residual), or the cells of a genotype"),
    stemWidth: count("channels of a first unit at full resolution; 0 leaves it out", 0).default(0),
    widths: z
      .array(widthCount("channels of a stage"))
      .min(1)
      .default([32, 64, 128])
      .describe("channels of each stage, which halves the map; multiples of 16 are fastest"),
    depths: z
      .array(depthCount("residual units", 0))
      .default([0, 2, 1])
      .describe("residual units of each stage; the first maps are large, so units there cost most"),
    residual: z
      .boolean()
      .default(true)
      .describe("false leaves out the additions around the units of the hand-made network"),
    cells: cellsSchema.prefault({}),
  })
  .check(checkRules(studentRulesBrokenBy))
  .describe("the compact network on the device");

function* studentRulesBrokenBy({
  widths,
  depths,
  cells,
}: StudentConfig): Generator<BrokenRule, void, undefined> {
  if (widths.length !== depths.length) {
    yield {
      path: ["depths"],
      expected: `one number for each of the ${widths.length} stages in widths`,
      actual: depths,
      hint: "write as many depths as widths",
    };
  }
  const { genotype, primitives } = cells;
  if (typeof genotype !== "string" && primitives === undefined) {
    const edges = [...genotype.normal, ...genotype.reduce].flat();
    yield* notKnown(
      ["cells", "genotype"],
      edges.map(({ primitive }) => primitive),
    );
  }
  if (cells.channels % 2 !== 0) {
    yield {
      path: ["cells", "channels"],
      expected: "an even number",
      actual: cells.channels,
      hint: "a factorized reduction makes half of the channels from each of two maps",
    };
  }
}
