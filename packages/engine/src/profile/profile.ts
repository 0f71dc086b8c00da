// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "../errors.ts";
import type { GraphNode } from "../graph/tensor.ts";
import { topologicalOrder } from "../graph/topology.ts";
import { decodeModel } from "../onnx/decode-model.ts";
import { scopeInName } from "../onnx/node-name.ts";
import { gradientName } from "../train/split-step.ts";
import type { TrainStep } from "../train/train-step.ts";
import type { SessionTrace } from "./trace.ts";

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

/** The kernels of one operator at one place of a model. */
export interface ProfiledKernels {
  readonly phase: Phase;
  /** Module path; `""` where the graph was built outside modules, and for what ONNX Runtime adds itself. */
  readonly scope: string;
  /** Operator as ONNX Runtime runs it: a convolution with what was fused into it is one `Conv`. */
  readonly operator: string;
  /** Executions in one run. */
  readonly count: number;
  /** Time in one run, mean over the runs [ms]. */
  readonly ms: number;
}

/** Where the time of a run goes. */
export interface Profile {
  /** Runs that the times are means of. */
  readonly numRuns: number;
  /** Time of one run, in and between kernels [ms]. */
  readonly runMs: number;
  /** Slowest first. */
  readonly kernels: readonly ProfiledKernels[];
}

/** How many runs a profile leaves out and keeps. */
export interface ProfiledRuns {
  /** First runs, in which memory is laid out and caches fill. */
  readonly numWarmups: number;
  readonly numRuns: number;
}

/**
 * Adds up traces by phase, module path and operator.
 *
 * A run may use several sessions, or one several times: micro-batches do.
 *
 * @throws SemlinkError `incomplete-profile` when a session did not run equally often in each run
 */
export function profileOf(traces: readonly SessionTrace[], { numWarmups, numRuns }: ProfiledRuns): Profile {
  const sums = new Map<string, { -readonly [Key in keyof ProfiledKernels]: ProfiledKernels[Key] }>();
  let runUs = 0;
  for (const { model, runs } of traces) {
    const perRun = runs.length / (numWarmups + numRuns);
    if (!Number.isInteger(perRun)) throw incomplete(runs.length, numWarmups + numRuns);
    const scopeOf = scopesOf(model);
    for (const { us, kernels } of runs.slice(perRun * numWarmups)) {
      runUs += us;
      for (const kernel of kernels) {
        const { phase, path } = phaseAndPath(scopeOf(kernel.name));
        const { operator } = kernel;
        const key = JSON.stringify([phase, path, operator]);
        const sum = sums.get(key) ?? { phase, scope: path, operator, count: 0, ms: 0 };
        sum.count += 1 / numRuns;
        sum.ms += kernel.us / 1000 / numRuns;
        sums.set(key, sum);
      }
    }
  }
  const kernels = [...sums.values()].sort((a, b) => b.ms - a.ms);
  return { numRuns, runMs: runUs / 1000 / numRuns, kernels };
}

/** The path of a kernel by its name: that of a node, of an output, or either with what ONNX Runtime appends. */
function scopesOf(model: Uint8Array): (kernelName: string) => string {
  const scopes = new Map<string, string>();
  for (const { name, output } of decodeModel(model, "profiled model").graph!.node) {
    const scope = scopeInName({ name, outputs: output });
    for (const known of [name, ...output]) if (known !== "") scopes.set(known, scope);
  }
  return (kernelName) => {
    for (let end = kernelName.length; end > 0; end--) {
      if (end < kernelName.length && !"_/".includes(kernelName[end]!)) continue;
      const scope = scopes.get(kernelName.slice(0, end));
      if (scope !== undefined) return scope;
    }
    return "";
  };
}

function incomplete(found: number, expected: number): SemlinkError {
  return new SemlinkError({
    code: "incomplete-profile",
    where: "profile",
    expected: `a multiple of ${expected} session runs`,
    actual: `${found}`,
    hint: "ONNX Runtime stops after a million events; profile fewer runs",
  });
}
