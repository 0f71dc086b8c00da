// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "../errors.ts";
import type { ParamNode, Tensor } from "../graph/tensor.ts";
import type { Optimizer } from "./optimizer.ts";

/** What a choice among optimizers may look at: name (path), shape. */
export type OptimizedParam = ParamNode["param"];

/** An optimizer and the parameters it is for. */
export interface OptimizerGroup {
  readonly matches: (param: OptimizedParam) => boolean;
  readonly optimizer: Optimizer;
}

/**
 * Each parameter follows the optimizer of the first group that matches it.
 *
 * All groups share one learning rate; `learningRateScale` of a parameter's policy tells them apart.
 *
 * @throws SemlinkError `no-optimizer` when the graph is built and a parameter matches no group
 */
export function partitioned(groups: readonly OptimizerGroup[]): Optimizer {
  return {
    name: `partitioned(${groups.map(({ optimizer }) => optimizer.name).join(", ")})`,
    slots: [...new Set(groups.flatMap(({ optimizer }) => optimizer.slots))],
    scalars: (step) =>
      Object.fromEntries(
        groups.flatMap(({ optimizer }, group) =>
          Object.entries(optimizer.scalars(step)).map(([name, value]) => [scalarName(name, group), value]),
        ),
      ),
    update(context) {
      const group = groupOf(context.param, groups);
      const { optimizer } = groups[group]!;
      const own = Object.keys(optimizer.scalars(1)).map(
        (name) => [name, context.scalars[scalarName(name, group)]!] as const,
      );
      const { learningRate } = context.scalars;
      return optimizer.update({
        ...context,
        scalars: { learningRate: learningRate!, ...Object.fromEntries(own) },
      });
    },
  };
}

// Two groups may use the same optimizer with other constants, so equal names stand for other values.
const scalarName = (name: string, group: number): string => `${name}:group${group}`;

function groupOf({ node }: Tensor, groups: readonly OptimizerGroup[]): number {
  const index = node.kind === "param" ? groups.findIndex(({ matches }) => matches(node.param)) : -1;
  if (index >= 0) return index;
  throw new SemlinkError({
    code: "no-optimizer",
    where: node.kind === "param" ? node.param.name : "partitioned",
    expected: "a group that matches the parameter",
    actual: `${groups.length} groups that do not`,
    hint: "let the last group match every parameter, or leave this one untrained",
  });
}
