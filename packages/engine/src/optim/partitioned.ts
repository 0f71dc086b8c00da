// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "../errors.ts";
import type { OptimizedParam, Optimizer } from "./optimizer.ts";
import { madeOnce } from "./optimizer.ts";

/** An optimizer and the parameters it is for. */
export interface OptimizerGroup {
  /** Whether the parameter is one of the group, unless an earlier group has it. */
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
  const rules = groups.map((_, group) => madeOnce((rule: Optimizer) => ofGroup(rule, group)));
  return {
    name: `partitioned(${groups.map(({ optimizer }) => optimizer.name).join(", ")})`,
    slots: [...new Set(groups.flatMap(({ optimizer }) => optimizer.slots))],
    scalars: (step) =>
      Object.fromEntries(
        groups.flatMap(({ optimizer }, group) => Object.entries(ofGroup(optimizer, group).scalars(step))),
      ),
    update(context) {
      const { node } = context.param;
      const group = groupOf(node.kind === "param" ? node.param : null, groups);
      return rules[group]!(groups[group]!.optimizer).update(context);
    },
    elementwise(param) {
      const group = groupOf(param, groups);
      const rule = groups[group]!.optimizer.elementwise(param);
      return rule && rules[group]!(rule);
    },
  };
}

/** An optimizer whose scalars have names of their own. */
function ofGroup(optimizer: Optimizer, group: number): Optimizer {
  return {
    ...optimizer,
    scalars: (step) =>
      Object.fromEntries(
        Object.entries(optimizer.scalars(step)).map(([name, value]) => [scalarName(name, group), value]),
      ),
    update(context) {
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

function groupOf(param: OptimizedParam | null, groups: readonly OptimizerGroup[]): number {
  const index = param === null ? -1 : groups.findIndex(({ matches }) => matches(param));
  if (index >= 0) return index;
  throw new SemlinkError({
    code: "no-optimizer",
    where: param?.name ?? "partitioned",
    expected: "a group that matches the parameter",
    actual: `${groups.length} groups that do not`,
    hint: "let the last group match every parameter, or leave this one untrained",
  });
}
