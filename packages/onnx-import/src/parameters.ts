// SPDX-License-Identifier: Apache-2.0
import { buffer, param, valuesInit } from "@semlink/engine";
import type { ModelGraph } from "./model-graph.ts";
import type { KnownValue, ParameterValue } from "./values.ts";

/** Which stored tensors are trained: all parameters, none, or those of some names. */
export type TrainableChoice = boolean | ((name: string) => boolean);

// The exporter of the engine names constants so, and a filter [out, in, height, width] by its parameter and a suffix.
const OWN_CONSTANT = /^constant_\d+$/;
const OWN_FILTER = /\.oihw$/;

/** The parameters among the stored tensors of a graph. */
export interface ForeignParameters {
  /** By the name of the stored tensor. */
  readonly byStoredName: ReadonlyMap<string, ParameterValue>;
  /** By the name of the parameter. */
  readonly byName: ReadonlyMap<string, ParameterValue>;
}

/**
 * Makes a parameter of every stored float tensor that is no plain number; of those too where `trainable` names them.
 * Running statistics are buffers in any case.
 */
export function foreignParameters(graph: ModelGraph, trainable: TrainableChoice): ForeignParameters {
  const isTrained = typeof trainable === "function" ? trainable : (): boolean => trainable;
  const filters = inputsOf(graph, ["Conv", "ConvTranspose"], [1]);
  const statistics = inputsOf(graph, ["BatchNormalization"], [3, 4]);
  const byStoredName = new Map<string, ParameterValue>();
  const byName = new Map<string, ParameterValue>();
  for (const [storedName, stored] of graph.stored) {
    if (stored.dtype !== "float32" || (graph.isOwn && OWN_CONSTANT.test(storedName))) continue;
    const name = parameterName(graph, storedName);
    const isScalar = stored.shape.length === 0;
    if (isScalar && !(typeof trainable === "function" && isTrained(name))) continue;
    const isFilter = filters.has(storedName) && stored.shape.length === 4;
    const [shape, values] = isFilter ? channelsLast(stored) : [stored.shape, stored.elements as Float32Array];
    const make = isTrained(name) && !statistics.has(storedName) ? param : buffer;
    const value: ParameterValue = {
      kind: "parameter",
      param: make(shape, valuesInit(values)),
      isFilter,
      stored,
      values,
    };
    byStoredName.set(storedName, value);
    byName.set(name, value);
  }
  return { byStoredName, byName };
}

function parameterName({ isOwn, stored }: ModelGraph, name: string): string {
  const plain = isOwn ? name.replace(OWN_FILTER, "") : name;
  return stored.has(plain) ? name : plain;
}

function inputsOf(
  { nodes }: ModelGraph,
  types: readonly string[],
  indices: readonly number[],
): ReadonlySet<string> {
  const readers = nodes.filter(({ type }) => types.includes(type));
  return new Set(readers.flatMap(({ inputs }) => indices.map((index) => inputs[index] ?? "")));
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
