// SPDX-License-Identifier: Apache-2.0
import type { GraphNode } from "../graph/tensor.ts";
import { topologicalOrder } from "../graph/topology.ts";
import { gradientName } from "../train/split-step.ts";
import type { TrainStep } from "../train/train-step.ts";

/**
 * Part of a training step: what loss, metrics and new statistics need; what gradients need beyond that; and what is
 * made of gradients. An evaluation is all forward.
 */
export type Phase = "forward" | "backward" | "update";

const SEPARATOR = ":";
const PHASES: readonly Phase[] = ["forward", "backward", "update"];

/** Paths of a training step's nodes with the phase before them: `"backward:stem.conv"`. */
export function phasedScopes(step: TrainStep): (node: GraphNode) => string {
  const { gradient, trained } = step.split();
  const gradientNames = new Set(trained.map(({ name }) => gradientName(name)));
  const nodesOf = (isWanted: (name: string) => boolean): Set<GraphNode> => {
    const wanted = Object.entries(gradient).filter(([name]) => isWanted(name));
    return new Set(topologicalOrder(wanted.map(([, tensor]) => tensor)));
  };
  const forward = nodesOf((name) => !gradientNames.has(name));
  const backward = nodesOf((name) => gradientNames.has(name));
  return (node) => {
    const phase: Phase = forward.has(node) ? "forward" : backward.has(node) ? "backward" : "update";
    return `${phase}${SEPARATOR}${node.scope}`;
  };
}

/** Takes apart what {@link phasedScopes} makes; a path without a phase is forward. */
export function phaseAndPath(scope: string): { readonly phase: Phase; readonly path: string } {
  const phase = PHASES.find((name) => scope.startsWith(name + SEPARATOR));
  return phase === undefined
    ? { phase: "forward", path: scope }
    : { phase, path: scope.slice(phase.length + SEPARATOR.length) };
}
