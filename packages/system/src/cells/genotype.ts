// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import * as z from "zod";
import { NUM_CELL_INPUTS } from "./cell-edges.ts";

/** The primitive that a cell node applies to one of its inputs. */
export interface GenotypeEdge {
  readonly primitive: string;
  /** 0 and 1 are the cells before the last and the last, 2 is the first cell node. */
  readonly from: number;
}

/** Two edges into each cell node. */
export type CellGenotype = readonly (readonly [GenotypeEdge, GenotypeEdge])[];

/** A discrete architecture: what a search results in. */
export interface Genotype {
  readonly normal: CellGenotype;
  readonly reduce: CellGenotype;
}

type WrittenEdge = GenotypeEdge | readonly [primitive: string, from: number];
type WrittenCell = readonly (readonly [WrittenEdge, WrittenEdge])[];

/** A {@link Genotype} as a person writes it: edges as `[primitive, from]` or as objects. */
export interface WrittenGenotype {
  readonly normal: WrittenCell;
  readonly reduce: WrittenCell;
}

const primitive = z.string().min(1);
const from = z.int().min(0).describe("input: 0 and 1 are the cells before, 2 is the first cell node");

const edgeSchema: z.ZodType<GenotypeEdge, WrittenEdge> = z.union(
  [
    z.tuple([primitive, from]).transform(([name, input]) => ({ primitive: name, from: input })),
    z.strictObject({ primitive, from }),
  ],
  { error: "expected [primitive, input], the input an integer from 0 on" },
);

const cellSchema: z.ZodType<CellGenotype, WrittenCell> = z
  .array(z.tuple([edgeSchema, edgeSchema]))
  .min(1)
  .superRefine((cell, context) => {
    cell.forEach(([first, second], cellNode) => {
      const numInputs = cellNode + NUM_CELL_INPUTS;
      const problem =
        Math.max(first.from, second.from) >= numInputs
          ? `inputs below ${numInputs}`
          : first.from === second.from
            ? "two different inputs"
            : null;
      if (problem) context.addIssue({ code: "custom", path: [cellNode], message: `expected ${problem}` });
    });
  });

/** Validates a genotype, edges as `[primitive, from]` or as objects. */
export const genotypeSchema: z.ZodType<Genotype, WrittenGenotype> = z
  .strictObject({ normal: cellSchema, reduce: cellSchema })
  .refine(({ normal, reduce }) => normal.length === reduce.length, "expected as many nodes in both cells");

/**
 * A genotype as JSON, one line for each cell node:
 * `{ "normal": [[["sep_conv_3x3", 0], ["skip_connect", 1]], ...], "reduce": [...] }`.
 */
export function formatGenotype({ normal, reduce }: Genotype): string {
  const cell = (nodes: CellGenotype): string =>
    nodes
      .map((edges) => `    ${JSON.stringify(edges.map(({ primitive, from }) => [primitive, from]))}`)
      .join(",\n");
  return `{\n  "normal": [\n${cell(normal)}\n  ],\n  "reduce": [\n${cell(reduce)}\n  ]\n}\n`;
}

/**
 * The genotype that {@link formatGenotype} wrote; `parseGenotype(formatGenotype(g)) = g`.
 *
 * @throws SemlinkError `invalid-genotype` when the text is not JSON, a node has not two different earlier inputs, or
 * the cells differ in length
 */
export function parseGenotype(text: string): Genotype {
  const parsed = genotypeSchema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw invalidGenotype(z.prettifyError(parsed.error));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalidGenotype("text that is not JSON", cause);
  }
}

function invalidGenotype(actual: string, cause?: unknown): SemlinkError {
  const expected = "for each cell node of normal and reduce two edges [primitive, input]";
  return new SemlinkError({ code: "invalid-genotype", where: "genotype", expected, actual, cause });
}
