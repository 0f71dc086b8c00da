// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "../errors.ts";
import type { Shape } from "../graph/dim.ts";
import { randomInput } from "../graph/leaves.ts";
import { currentScope, within } from "../graph/scope.ts";
import type { RandomKind, Tensor } from "../graph/tensor.ts";
import { Param } from "./param.ts";

/** A part of a network: fields hold parameters and layers, `forward` builds the graph. */
export interface Layer<Inputs extends readonly unknown[] = [x: Tensor], Output = Tensor> {
  /** Adds the graph of this part to that of the network, for training or not as `build` says. */
  forward(build: Build, ...inputs: Inputs): Output;
}

/** The value of a step that a buffer averages, and the share of the old average that is kept. */
export interface AveragedValue {
  readonly value: Tensor;
  readonly kept: number;
}

/**
 * One building of a network's graph: whether it is for training, which buffers it updates, and the paths of its
 * layers, so that errors and profiles name the place. Layers apply their parts through it:
 * `build.apply(this.conv, x)`.
 */
export class Build {
  readonly training: boolean;
  /** New values of buffers, in the order in which layers gave them. */
  readonly updates: Map<Param, Tensor> = new Map();
  /** Values that buffers average from step to step. */
  readonly averages: Map<Param, AveragedValue> = new Map();
  private readonly paths: ReadonlyMap<object, string>;

  constructor(root: object, options: { readonly training: boolean }) {
    this.training = options.training;
    this.paths = nameTree(root);
  }

  /** Builds a layer's graph under its path. */
  apply<Inputs extends readonly unknown[], Output>(layer: Layer<Inputs, Output>, ...inputs: Inputs): Output {
    const path = this.paths.get(layer);
    return path === undefined
      ? layer.forward(this, ...inputs)
      : within(path, () => layer.forward(this, ...inputs));
  }

  /** Notes the next value of a buffer; a layer applied twice keeps the last. */
  update(buffer: Param, value: Tensor): void {
    this.updates.set(buffer, value);
  }

  /** Notes that a buffer becomes `kept · buffer + (1 - kept) · value`; a layer applied twice keeps the last. */
  average(buffer: Param, value: Tensor, kept: number): void {
    this.averages.set(buffer, { value, kept });
  }

  /** A random input named after the current layer, filled by the training loop. */
  random(name: string, shape: Shape, kind: RandomKind): Tensor {
    const scope = currentScope();
    return randomInput(scope === "" ? name : `${scope}.${name}`, shape, kind);
  }
}

/**
 * Names every parameter below `root` by its path (`stages.1.conv.weight`) and returns the paths of all objects on
 * the way. Names must not change once given: build every graph of a network from the same root.
 *
 * @throws SemlinkError `renamed-parameter` when a parameter already has another name
 */
export function nameTree(root: object): ReadonlyMap<object, string> {
  const paths = new Map<object, string>();
  visit(
    root,
    "",
    (param, path) => {
      if (param.isNamed && param.name !== path) {
        throw new SemlinkError({
          code: "renamed-parameter",
          where: "nameTree",
          expected: `the parameter to stay "${param.name}"`,
          actual: `the path "${path}"`,
          hint: "build every graph of a network from the same root object",
        });
      }
      param.name = path;
    },
    paths,
  );
  return paths;
}

/** Parameters and buffers below `root`, in the order of the fields, each once. */
export function paramsOf(root: object): Param[] {
  const params: Param[] = [];
  visit(root, "", (param) => params.push(param), new Map());
  return params;
}

function visit(
  value: object,
  path: string,
  onParam: (param: Param, path: string) => void,
  seen: Map<object, string>,
): void {
  if (seen.has(value)) return;
  seen.set(value, path);
  if (value instanceof Param) {
    onParam(value, path);
    return;
  }
  for (const [key, child] of Object.entries(value) as [string, unknown][]) {
    if (typeof child !== "object" || child === null || ArrayBuffer.isView(child) || isTensor(child)) continue;
    visit(child, path === "" ? key : `${path}.${key}`, onParam, seen);
  }
}

function isTensor(value: object): boolean {
  return "node" in value && "outputIndex" in value;
}
