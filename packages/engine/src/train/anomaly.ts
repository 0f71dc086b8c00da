// SPDX-License-Identifier: Apache-2.0
import type { HostTensor } from "../files/index.ts";
import type { GraphNode, OpNode, Tensor } from "../graph/tensor.ts";
import { inputsOf, topologicalOrder } from "../graph/topology.ts";
import { mul, sum } from "../ops/index.ts";
import type { NamedTensors } from "../runtime/runtime.ts";
import type { StepGraphOptions } from "./step-graph.ts";
import { StepGraph } from "./step-graph.ts";

/** A part of a step: what it computes beyond the parts before it. */
export interface Phase {
  /** `"forward"`, `"gradient"`, or what is updated. */
  readonly name: string;
  readonly roots: readonly Tensor[];
}

/** Where the first value appears that is not finite. */
export interface Anomaly {
  /** `"student.cells.3 › Log (forward)"`, or the input that was so from the start. */
  readonly place: string;
  /** `"-Infinity in 3 of 64 values, from inputs in [0, 2.5]"` */
  readonly values: string;
}

/** What {@link findAnomaly} reruns: the graph by phases, with everything that was fed. */
export interface AnomalyOptions extends StepGraphOptions {
  readonly phases: readonly Phase[];
  /** Every input of the step, random ones included. */
  readonly feeds: NamedTensors;
}

/**
 * Reruns a step on the same values with a tap on every operator's outputs, and names the first one that is not finite,
 * in topological order, phase by phase.
 *
 * A tap is the scalar `Σ 0 · x`: zero when all values are finite, NaN otherwise. So the rerun holds no more tensors than
 * the step itself; the values of the operator found are then fetched by a third run.
 *
 * @returns null when all values of the rerun are finite
 */
export async function findAnomaly(options: AnomalyOptions): Promise<Anomaly | null> {
  const { phases, feeds } = options;
  const fed = Object.entries(feeds).find(([, tensor]) => !isFinite(tensor));
  if (fed !== undefined) return { place: `input "${fed[0]}"`, values: describe([fed[1]]) };

  const tapped = tappedNodes(phases);
  const taps = tapped.flatMap(({ tensors }) => tensors.map((tensor) => sum(mul(tensor, 0))));
  const flags = await evaluate(taps, options);
  let next = 0;
  const first = tapped.find(({ tensors }) => tensors.map(() => flags[next++]!).some((tap) => !isFinite(tap)));
  if (first === undefined) return null;

  const { node, tensors, phase } = first;
  const inputs = node.inputs.filter(isFloat);
  const values = await evaluate([...tensors, ...inputs], options);
  const [made, read] = [values.slice(0, tensors.length), values.slice(tensors.length)];
  const from = read.length === 0 ? "" : `, from inputs in ${rangeOf(read)}`;
  const path = node.scope === "" ? node.name : `${node.scope} › ${node.name}`;
  return { place: `${path} (${phase})`, values: `${describe(made)}${from}` };
}

/** True when no element of a float tensor is NaN or infinite. */
export function isFinite({ dtype, data }: HostTensor): boolean {
  return dtype !== "float32" || (data as Float32Array).every(Number.isFinite);
}

interface TappedNode {
  readonly node: OpNode;
  readonly phase: string;
  /** Those of its outputs that something reads; the others need not be computed. */
  readonly tensors: readonly Tensor[];
}

/** Operators with float outputs in the order of their phases, each in the first phase that needs it. */
function tappedNodes(phases: readonly Phase[]): TappedNode[] {
  const all = phases.flatMap(({ roots }) => roots);
  const reads = [...all, ...topologicalOrder(all).flatMap((node) => inputsOf(node))];
  const isRead = new Set(
    reads.map(({ node, outputIndex }) => node.kind === "op" && node.outputs[outputIndex]),
  );
  const seen = new Set<GraphNode>();
  return phases.flatMap(({ name, roots }) =>
    topologicalOrder(roots).flatMap((node) => {
      if (seen.has(node) || node.kind !== "op") return [];
      seen.add(node);
      const tensors = node.outputs.filter((tensor) => isRead.has(tensor) && isFloat(tensor));
      return tensors.length === 0 ? [] : [{ node, phase: name, tensors }];
    }),
  );
}

const isFloat = ({ dtype }: Tensor): boolean => dtype === "float32";

async function evaluate(tensors: readonly Tensor[], options: AnomalyOptions): Promise<HostTensor[]> {
  const outputs = Object.fromEntries(tensors.map((tensor, index) => [`anomaly:${index}`, tensor]));
  const graph = await StepGraph.create(outputs, options);
  try {
    const values = await graph.run(options.feeds, {});
    return tensors.map((_, index) => values[`anomaly:${index}`]!);
  } finally {
    await graph.release();
  }
}

function describe(tensors: readonly HostTensor[]): string {
  const values = tensors.flatMap(({ data }) => Array.from(data as Float32Array));
  const broken = values.filter((value) => !Number.isFinite(value));
  const kinds = [...new Set(broken.map(String))].sort().join(" and ");
  return `${kinds} in ${broken.length} of ${values.length} values`;
}

function rangeOf(tensors: readonly HostTensor[]): string {
  let [least, most] = [Infinity, -Infinity];
  for (const { data } of tensors) {
    for (const value of data as Float32Array) {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
  }
  return `[${Number(least.toPrecision(4))}, ${Number(most.toPrecision(4))}]`;
}
