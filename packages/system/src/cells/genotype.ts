// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";
import { SemlinkError } from "@semlink/engine";
import { NUM_CELL_INPUTS } from "./cell-plan.ts";

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
type WrittenCell = readonly (readonly [WrittenEdge, WrittenEdge])[] | readonly WrittenEdge[];

/**
 * A {@link Genotype} as a person or another program writes it: edges as `[primitive, from]` or as objects, in pairs for
 * each cell node or in one list. The code of DARTS prints the list, and beside it the cell nodes that make the output.
 */
export interface WrittenGenotype {
  readonly normal: WrittenCell;
  readonly reduce: WrittenCell;
  readonly normal_concat?: readonly number[] | undefined;
  readonly reduce_concat?: readonly number[] | undefined;
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

const pairsSchema: z.ZodType<CellGenotype, readonly (readonly [WrittenEdge, WrittenEdge])[]> = z
  .array(z.tuple([edgeSchema, edgeSchema]))
  .min(1);

const listSchema: z.ZodType<CellGenotype, readonly WrittenEdge[]> = z
  .array(edgeSchema)
  .min(2)
  .refine(({ length }) => length % 2 === 0, { error: "expected two edges for each cell node", abort: true })
  .transform((edges) =>
    Array.from({ length: edges.length / 2 }, (_, cellNode) => {
      return [edges[2 * cellNode]!, edges[2 * cellNode + 1]!] as const;
    }),
  );

const cellSchema: z.ZodType<CellGenotype, WrittenCell> = z
  .union([pairsSchema, listSchema], {
    error:
      "expected two edges [primitive, input] for each cell node, in pairs or in one list, inputs integers from 0 on",
  })
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

const joined = z
  .array(z.int())
  .describe("cell nodes that make the output of a cell, from 2 on: all of them")
  .optional();

/** Validates a genotype in any of the forms of {@link WrittenGenotype}. */
export const genotypeSchema: z.ZodType<Genotype, WrittenGenotype> = z
  .strictObject({ normal: cellSchema, reduce: cellSchema, normal_concat: joined, reduce_concat: joined })
  .refine(({ normal, reduce }) => normal.length === reduce.length, "expected as many nodes in both cells")
  .superRefine(({ normal, normal_concat, reduce_concat }, context) => {
    const all = normal.map((_, cellNode) => cellNode + NUM_CELL_INPUTS).join();
    for (const [name, nodes] of Object.entries({ normal_concat, reduce_concat })) {
      if (nodes === undefined || nodes.toSorted((a, b) => a - b).join() === all) continue;
      const message = `expected all cell nodes, [${all}]: a cell puts out all of them`;
      context.addIssue({ code: "custom", path: [name], message });
    }
  })
  .transform(({ normal, reduce }) => ({ normal, reduce }));

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
 * The genotype that {@link formatGenotype} wrote, `parseGenotype(formatGenotype(g)) = g`, or one as Python prints it:
 * `Genotype(normal=[('sep_conv_3x3', 0), ...], normal_concat=range(2, 6), reduce=[...], reduce_concat=[2, 3, 4, 5])`.
 *
 * @throws SemlinkError `invalid-genotype` when the text is neither, a node has not two different earlier inputs, or
 * the cells differ in length
 * @source of the second form: Liu et al. 2019 (DARTS), arXiv 1806.09055, code of `genotypes`
 */
export function parseGenotype(text: string): Genotype {
  const parsed = genotypeSchema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw invalidGenotype(z.prettifyError(parsed.error));
}

function jsonOf(text: string): unknown {
  const [, fields] = /^\s*(?:\w+\s*=\s*)?Genotype\(([\s\S]*)\)\s*$/.exec(text) ?? [];
  try {
    return JSON.parse(fields === undefined ? text : jsonOfFields(fields));
  } catch (cause) {
    throw invalidGenotype("text that is not JSON", cause);
  }
}

/** The fields of a Python tuple as the text of a JSON object. */
function jsonOfFields(fields: string): string {
  const listed = fields.replaceAll(/range\((\d+),\s*(\d+)\)/g, (_, first: string, end: string) => {
    const length = Math.max(0, Number(end) - Number(first));
    return JSON.stringify(Array.from({ length }, (_, index) => Number(first) + index));
  });
  const quoted = listed.replaceAll(/(\w+)\s*=/g, '"$1":').replaceAll("'", '"');
  const bracketed = quoted.replaceAll("(", "[").replaceAll(")", "]");
  return `{${bracketed.replaceAll(/,\s*(?=\]|$)/g, "")}}`;
}

function invalidGenotype(actual: string, cause?: unknown): SemlinkError {
  const expected = "for each cell node of normal and reduce two edges [primitive, input]";
  return new SemlinkError({ code: "invalid-genotype", where: "genotype", expected, actual, cause });
}
