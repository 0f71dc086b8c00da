// SPDX-License-Identifier: Apache-2.0
import { formatShape } from "../graph/dim.ts";
import { within } from "../graph/scope.ts";
import type { OpNode, Tensor } from "../graph/tensor.ts";
import { topologicalOrder } from "../graph/topology.ts";
import { concat, split } from "../ops/index.ts";
import type { GraphChange, RewrittenGraph } from "./changes.ts";

/**
 * Computes what is alike side by side. Convolutions of one map by weights of one shape become one convolution with the
 * channels of all; what follows each of them alike follows all of them at once: their ReLU, their normalisation, a
 * depthwise or pointwise convolution. What is computed twice from the same tensors is computed once. Edges of a cell of
 * a search network that start in one place are such siblings.
 *
 * Values are the same up to rounding, parameters keep their names, and gradients are taken of the result. A joined
 * operator has the module path of its first sibling. Operators say themselves how they are joined, see
 * `OpDefinition.join`.
 */
export function joinSiblings(outputs: readonly Tensor[]): RewrittenGraph {
  const rewriting = new Rewriting();
  for (const level of levelsOf(outputs)) rewriting.add(level);
  return { outputs: outputs.map((output) => rewriting.newOf(output)), changes: rewriting.changes() };
}

/** Operators that can be joined can be so only on one level: all of their inputs are there before any of them. */
function levelsOf(outputs: readonly Tensor[]): readonly (readonly OpNode[])[] {
  const levels: OpNode[][] = [];
  const levelOf = new Map<unknown, number>();
  for (const node of topologicalOrder(outputs)) {
    if (node.kind !== "op") continue;
    const level = Math.max(0, ...node.inputs.map((input) => (levelOf.get(input.node) ?? -1) + 1));
    levelOf.set(node, level);
    (levels[level] ??= []).push(node);
  }
  return levels;
}

/** A part of the channels of a tensor, as one sibling's output. */
interface Lane {
  readonly whole: Tensor;
  readonly index: number;
  readonly numLanes: number;
}

/** An operator of the old graph with its inputs in the new one. */
interface Application {
  readonly node: OpNode;
  readonly inputs: readonly Tensor[];
}

class Rewriting {
  private readonly made = new Map<OpNode, readonly Tensor[]>();
  private readonly lanes = new Map<Tensor, Lane>();
  private readonly identities = new Map<unknown, number>();
  private readonly repetitions = new Map<string, Tensor>();
  private readonly joined = new Map<string, { before: number; after: number }>();

  newOf(tensor: Tensor): Tensor {
    return this.made.get(tensor.node as OpNode)?.[tensor.outputIndex] ?? tensor;
  }

  changes(): readonly GraphChange[] {
    return [...this.joined].map(([name, count]) => ({ name, ...count }));
  }

  add(level: readonly OpNode[]): void {
    const applications = level.map((node) => ({ node, inputs: node.inputs.map((x) => this.newOf(x)) }));
    for (const alike of grouped(applications, (application) => this.keyOf(application))) {
      const different = grouped(alike, ({ inputs }) => inputs.map((x) => this.identityOf(x)).join());
      for (const siblings of this.families(different.map(([first]) => first!))) this.addFamily(siblings);
      for (const [first, ...twins] of different) {
        for (const { node } of twins) this.made.set(node, this.made.get(first!.node)!);
        if (twins.length > 0) this.count(first!.node, twins.length + 1, 1);
      }
    }
  }

  /**
   * What siblings have in common: operator, attributes, the maps they read or are channels of, the shapes of all else.
   */
  private keyOf({ node, inputs }: Application): string {
    const lane = this.laneOf({ node, inputs });
    const numMaps = node.join?.numMaps ?? inputs.length;
    const sources = inputs.slice(0, numMaps).map((x) => this.identityOf(lane ? this.lanes.get(x)!.whole : x));
    const types = inputs.slice(numMaps).map(({ shape, dtype }) => `${dtype}${formatShape(shape)}`);
    const reads = lane ? "own channels" : "same maps";
    return [node.name, JSON.stringify(node.attrs, spelled), reads, ...sources, ...types].join("|");
  }

  /** The place of all maps of an application among the lanes of theirs; null when they have none in common. */
  private laneOf({ node, inputs }: Application): Lane | null {
    const maps = inputs.slice(0, node.join?.numMaps ?? 0).map((x) => this.lanes.get(x));
    const [first] = maps;
    const agrees = maps.every((lane) => lane?.index === first?.index && lane?.numLanes === first?.numLanes);
    return first && agrees ? first : null;
  }

  /** Applications that one can stand for: all of shared maps, or one for each lane, in their order. */
  private *families(alike: readonly Application[]): Generator<readonly Application[]> {
    const byLane = grouped(alike, (application) => `${this.laneOf(application)?.index}`);
    const numLanes = this.laneOf(alike[0]!)?.numLanes;
    if (byLane.length === 1) {
      yield alike;
      return;
    }
    const ordered = byLane.toSorted(([a], [b]) => this.laneOf(a!)!.index - this.laneOf(b!)!.index);
    const numWhole = ordered.length === numLanes ? Math.min(...ordered.map(({ length }) => length)) : 0;
    for (let member = 0; member < numWhole; member++) yield ordered.map((ofLane) => ofLane[member]!);
    for (const ofLane of ordered) for (const alone of ofLane.slice(numWhole)) yield [alone];
  }

  private addFamily(family: readonly Application[]): void {
    const [{ node }] = family as readonly [Application];
    const joined = family.length > 1 ? within(node.scope, () => this.joinedOutputs(family)) : null;
    if (joined) {
      const outputs = joined.map((whole) => this.cutIntoLanes(whole, family.length));
      for (const [index, member] of family.entries()) {
        const own = outputs.map((lanes) => lanes[index]!);
        this.made.set(member.node, own);
      }
      this.count(node, family.length, 1);
      return;
    }
    for (const { node: alone, inputs } of family) {
      const isSame = inputs.every((x, index) => x === alone.inputs[index]);
      const outputs = isSame ? alone.outputs : within(alone.scope, () => alone.reapply(inputs));
      this.made.set(alone, outputs);
    }
  }

  private joinedOutputs(family: readonly Application[]): readonly Tensor[] | null {
    const [{ node, inputs }] = family as readonly [Application];
    if (!node.join) return null;
    const { numMaps, apply } = node.join;
    const maps = inputs.slice(0, numMaps);
    const places = new Set(family.map((member) => this.laneOf(member)?.index));
    const isShared = places.size === 1;
    return apply({
      maps: isShared ? maps : maps.map((map) => this.lanes.get(map)!.whole),
      reads: isShared ? "same maps" : "own channels",
      repeated: () => this.repeat(maps[0]!, family.length),
      params: family.map((member) => member.inputs.slice(numMaps)),
    });
  }

  private repeat(x: Tensor, times: number): Tensor {
    const key = `${times} x ${this.identityOf(x)}`;
    const known = this.repetitions.get(key) ?? concat(new Array<Tensor>(times).fill(x), { axis: 1 });
    this.repetitions.set(key, known);
    return known;
  }

  private cutIntoLanes(whole: Tensor, numLanes: number): readonly Tensor[] {
    const lanes = split(whole, { axis: whole.shape.length === 1 ? 0 : 1, sizes: numLanes });
    lanes.forEach((lane, index) => this.lanes.set(lane, { whole, index, numLanes }));
    return lanes;
  }

  /** A number for each tensor; constants of one value and shape have one. */
  private identityOf(tensor: Tensor): number {
    const { node, shape, dtype } = tensor;
    const key = node.kind === "constant" ? `${dtype} ${formatShape(shape)} ${node.data.join()}` : tensor;
    const known = this.identities.get(key) ?? this.identities.size;
    this.identities.set(key, known);
    return known;
  }

  private count({ name }: OpNode, before: number, after: number): void {
    const count = this.joined.get(name) ?? { before: 0, after: 0 };
    this.joined.set(name, { before: count.before + before, after: count.after + after });
  }
}

// JSON has no infinities.
function spelled(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? `${value}` : value;
}

/** Items with the same key together, in the order of their first ones; items without a key stay alone. */
export function grouped<T>(
  items: readonly T[],
  keyOf: (item: T) => string | null,
): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  items.forEach((item, index) => {
    const key = keyOf(item) ?? `alone ${index}`;
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  });
  return [...groups.values()];
}
