// SPDX-License-Identifier: Apache-2.0
import { buffer, param, SemlinkError, valuesInit } from "@semlink/engine";
import type { ForeignNode, ModelGraph } from "./model-graph.ts";
import { ruleOf } from "./operators/index.ts";
import type { KnownValue, ParameterValue } from "./values.ts";

/** Which stored tensors are trained: all parameters, none, or those of some names. */
export type TrainableChoice = boolean | ((name: string) => boolean);

// The exporter of the engine names constants so, and a filter [out, in, height, width] by its parameter and a suffix.
const OWN_CONSTANT = /^constant_\d+$/;
const OWN_FILTER = /\.oihw$/;

/** Inputs of BatchNormalization that are running statistics. */
const STATISTICS: ReadonlySet<number> = new Set([3, 4]);

/** What a stored tensor is to a node that reads it, also through other nodes of constants. */
type Role = "weight" | "statistic" | "setting";

/** A node with each input's roles, by its index. */
interface NodeRoles {
  readonly node: ForeignNode;
  readonly roles: readonly ReadonlySet<Role>[];
}

/** The parameters among the stored tensors of a graph. */
export interface ForeignParameters {
  /** By the name of the stored tensor. */
  readonly byStoredName: ReadonlyMap<string, ParameterValue>;
  /** By the name of the parameter. */
  readonly byName: ReadonlyMap<string, ParameterValue>;
  /** For tensors that are a weight in one place and a running statistic in another: the statistic's own parameter. */
  readonly statistics: ReadonlyMap<string, ParameterValue>;
  /** Whether an input of a node is a running statistic, or leads to nothing else. */
  readonly isStatistic: (node: ForeignNode, index: number) => boolean;
}

/**
 * Makes a parameter of every stored float tensor that is no plain number and no setting of an operator; of plain
 * numbers too where `trainable` names them. Running statistics are buffers in any case, also where they pass through
 * other nodes first. A tensor that is both a weight and a statistic becomes two parameters: the statistic has
 * `.statistic` behind its name.
 *
 * @throws SemlinkError `shared-statistic` when a node makes a weight and a statistic of a tensor that is to be trained
 */
export function foreignParameters(graph: ModelGraph, trainable: TrainableChoice): ForeignParameters {
  const isTrained = typeof trainable === "function" ? trainable : (): boolean => trainable;
  const nodes = rolesOf(graph);
  const filters = new Set(
    nodes.flatMap(({ node }) => (/^Conv(Transpose)?$/.test(node.type) ? [node.inputs[1] ?? ""] : [])),
  );
  const usesOfName = usesByName(graph, nodes);
  const statisticInputs = new Map(
    nodes.map(({ node, roles }) => [node, roles.map((set) => set.has("statistic"))]),
  );
  const byStoredName = new Map<string, ParameterValue>();
  const byName = new Map<string, ParameterValue>();
  const statistics = new Map<string, ParameterValue>();
  for (const [storedName, stored] of graph.stored) {
    if (stored.dtype !== "float32" || (graph.isOwn && OWN_CONSTANT.test(storedName))) continue;
    const name = parameterName(graph, storedName);
    const uses = usesOfName.get(storedName) ?? [];
    const roles = new Set(uses.flatMap((set) => [...set]));
    if (roles.size === 1 && roles.has("setting")) continue;
    const isNumber = stored.shape.length === 0 || stored.isPlain === true;
    if (isNumber && !(typeof trainable === "function" && isTrained(name))) continue;
    const isFilter = filters.has(storedName) && stored.shape.length === 4;
    const isBoth = roles.has("weight") && roles.has("statistic");
    const isWeight = roles.has("weight") && isTrained(name);
    if (isWeight && uses.some((set) => set.has("weight") && set.has("statistic"))) {
      throw sharedStatistic(graph.where, name);
    }
    const value = parameterOf(stored, { isFilter, isWeight });
    byStoredName.set(storedName, value);
    byName.set(name, value);
    if (!isBoth) continue;
    const statistic = parameterOf(stored, { isFilter: false, isWeight: false });
    statistics.set(storedName, statistic);
    byName.set(freeName(`${name}.statistic`, graph), statistic);
  }
  const isStatistic = (node: ForeignNode, index: number): boolean =>
    statisticInputs.get(node)?.[index] === true;
  return { byStoredName, byName, statistics, isStatistic };
}

/** All nodes, those of branches among them, with the roles of their inputs. */
function rolesOf({ nodes, outputs, stored }: ModelGraph): readonly NodeRoles[] {
  const flat = nodes.flatMap(flattened);
  const constant = new Set(stored.keys());
  for (const { inputs, outputs: made, branches } of flat) {
    const isConstant = branches.length === 0 && inputs.every((name) => name === "" || constant.has(name));
    if (isConstant) for (const name of made) constant.add(name);
  }
  const rolesOfValue = new Map<string, Set<Role>>(outputs.map((name) => [name, new Set<Role>(["weight"])]));
  const result: NodeRoles[] = [];
  for (const node of flat.toReversed()) {
    // What a computed value is made of is a weight; a constant is to its parts what it is itself.
    const isConstant = node.outputs.every((name) => name === "" || constant.has(name));
    const made = node.outputs.flatMap((name) => [...(rolesOfValue.get(name) ?? [])]);
    const settings = ruleOf(node.type)?.settings ?? [];
    const roles = node.inputs.map((name, index): ReadonlySet<Role> => {
      const own = new Set<Role>(isConstant ? made : ["weight"]);
      if (settings.includes(index)) return add(rolesOfValue, name, new Set<Role>(["setting"]));
      const isStatistic = node.type === "BatchNormalization" && STATISTICS.has(index);
      return add(rolesOfValue, name, isStatistic ? new Set<Role>(["statistic"]) : own);
    });
    result.push({ node, roles });
  }
  return result.reverse();
}

function add(rolesOfValue: Map<string, Set<Role>>, name: string, roles: Set<Role>): ReadonlySet<Role> {
  rolesOfValue.set(name, new Set([...(rolesOfValue.get(name) ?? []), ...roles]));
  return roles;
}

/** A node behind those of its branches, whose outputs it hands on. */
function flattened(node: ForeignNode): readonly ForeignNode[] {
  const inner = node.branches.flatMap(({ nodes }) => nodes.flatMap(flattened));
  const results = node.branches.flatMap(({ outputs }) =>
    outputs.map((name, index) => handingOn(node, name, node.outputs[index] ?? "")),
  );
  return [...inner, ...results, node];
}

function handingOn(node: ForeignNode, from: string, to: string): ForeignNode {
  return { ...node, type: "Identity", inputs: [from], outputs: [to], branches: [] };
}

/** The roles of each value at every place where it is read; an output of the model is read as a weight. */
function usesByName(
  { outputs }: ModelGraph,
  nodes: readonly NodeRoles[],
): ReadonlyMap<string, readonly ReadonlySet<Role>[]> {
  const uses = new Map<string, ReadonlySet<Role>[]>();
  const note = (name: string, roles: ReadonlySet<Role>): void => {
    const known = uses.get(name);
    if (known === undefined) uses.set(name, [roles]);
    else known.push(roles);
  };
  for (const { node, roles } of nodes) roles.forEach((set, index) => note(node.inputs[index]!, set));
  for (const name of outputs) note(name, new Set<Role>(["weight"]));
  return uses;
}

function parameterName({ isOwn, stored }: ModelGraph, name: string): string {
  const plain = isOwn ? name.replace(OWN_FILTER, "") : name;
  return stored.has(plain) ? name : plain;
}

function freeName(name: string, graph: ModelGraph): string {
  return graph.stored.has(name) ? freeName(`${name}_`, graph) : name;
}

function parameterOf(
  stored: KnownValue,
  { isFilter, isWeight }: { readonly isFilter: boolean; readonly isWeight: boolean },
): ParameterValue {
  const [shape, values] = isFilter ? channelsLast(stored) : [stored.shape, stored.elements as Float32Array];
  const make = isWeight ? param : buffer;
  return { kind: "parameter", param: make(shape, valuesInit(values)), isFilter, stored, values };
}

/** A filter [out, in, height, width] as [out, height, width, in]. */
function channelsLast({ shape, elements }: KnownValue): [shape: readonly number[], values: Float32Array] {
  const [outChannels, inChannels, height, width] = shape as [number, number, number, number];
  const oihw = elements as Float32Array;
  const numTaps = height * width;
  const ohwi = new Float32Array(oihw.length);
  let index = 0;
  for (let out = 0; out < outChannels; out++) {
    for (let tap = 0; tap < numTaps; tap++) {
      for (let channel = 0; channel < inChannels; channel++)
        ohwi[index++] = oihw[(out * inChannels + channel) * numTaps + tap]!;
    }
  }
  return [[outChannels, height, width, inChannels], ohwi];
}

function sharedStatistic(where: string, name: string): SemlinkError {
  return new SemlinkError({
    code: "shared-statistic",
    where: `${where} › tensor "${name}"`,
    expected: "a weight, or a running statistic, to train the one and keep the other",
    actual: "a tensor of which one node makes both",
    hint: "store it twice, or leave it out with trainable: (name) => ...",
  });
}
