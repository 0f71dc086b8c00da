// SPDX-License-Identifier: Apache-2.0
import type { Layer } from "@semlink/engine";
import { SemlinkError } from "@semlink/engine";
import type { CellsConfig, StudentConfig } from "./student-config.ts";
import { DerivedNetwork } from "../cells/cell-network.ts";
import type { Genotype } from "../cells/genotype.ts";
import type { Primitive } from "../cells/primitives/primitive.ts";
import { CompactCnn } from "./compact-cnn.ts";

/** What data and teacher ask of an encoder. */
export interface EncoderShape {
  /** [channels, height, width] */
  readonly imageShape: readonly [number, number, number];
  readonly embedDim: number;
}

/**
 * The semantic encoder of a student, `[batch, channels, height, width] → [batch, embedDim]`: the hand-made network, or
 * the cells of a genotype. Adding an architecture is a file and a line here.
 *
 * @param primitives - those that the genotype may name; `studentPrimitives` finds them
 * @throws SemlinkError `unresolved-genotype` when the genotype is a word and not yet the one it stands for
 */
export function studentEncoder(
  config: StudentConfig,
  { imageShape, embedDim }: EncoderShape,
  primitives: readonly Primitive[],
): Layer {
  const [inChannels] = imageShape;
  switch (config.architecture) {
    case "compact-cnn":
      return new CompactCnn({ inChannels, ...config, embedDim });
    case "cells": {
      const { channels, numCells, stemStride } = config.cells;
      const genotype = inlineGenotype(config.cells);
      const numCellNodes = genotype.normal.length;
      const head = { embedDim };
      return new DerivedNetwork({
        inChannels,
        channels,
        numCells,
        numCellNodes,
        stemStride,
        head,
        genotype,
        primitives,
      });
    }
  }
}

/** The genotype of a resolved student. @throws SemlinkError `unresolved-genotype` */
export function inlineGenotype({ genotype }: CellsConfig): Genotype {
  if (typeof genotype !== "string") return genotype;
  throw new SemlinkError({
    code: "unresolved-genotype",
    where: "student.cells.genotype",
    expected: "the genotype itself",
    actual: JSON.stringify(genotype),
    hint: "resolveStudent puts the shipped or the searched genotype in its place",
  });
}
