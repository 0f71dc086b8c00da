// SPDX-License-Identifier: Apache-2.0
import { decodeModel, hintFor, SemlinkError } from "@semlink/engine";
import type { DType } from "@semlink/engine";
import type { AttributeProto, GraphProto, ModelProto, NodeProto, ValueInfoProto } from "onnx-buf";
import { describeValue } from "./onnx-file.ts";
import type { OnnxValue } from "./onnx-file.ts";
import { carriedValue, engineDType, storedTensor } from "./stored-tensor.ts";
import type { KnownValue } from "./values.ts";

/** A node of a foreign graph. */
export interface ForeignNode {
  /** `Conv`; with its domain, `com.microsoft.Gelu`, where it is not a standard operator. */
  readonly type: string;
  /** `""` for the standard operators. */
  readonly domain: string;
  /** Version of the operator set of its domain; null where the file names none. */
  readonly set: number | null;
  /** Whether the file itself says what the operator computes. */
  readonly isOfFile: boolean;
  /** The node's own name, or that of its first output. */
  readonly name: string;
  /** Names of values; `""` where an optional one is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, AttributeProto>;
  /** What an If computes: `then` and `else`. None for other nodes. */
  readonly branches: readonly ForeignBranch[];
}

/** One of the graphs of an If, which sees the values around it. */
export interface ForeignBranch {
  readonly nodes: readonly ForeignNode[];
  /** Values that become the outputs of the If, in their order. */
  readonly outputs: readonly string[];
}

/** A value that a foreign graph is fed. */
export interface ForeignInput extends Omit<OnnxValue, "dtype"> {
  /** Element type in the engine, null where it has none. */
  readonly dtype: DType | null;
}

/** The part of an ONNX file that some of its values depend on. */
export interface ModelGraph {
  /** Name of the file, for messages. */
  readonly where: string;
  /** Version of the standard operators. */
  readonly opset: number;
  /** Whether the engine itself wrote the file. */
  readonly isOwn: boolean;
  /** Inputs to be fed. */
  readonly inputs: readonly ForeignInput[];
  /** Names of the wanted values. */
  readonly outputs: readonly string[];
  /** Each after those it depends on. */
  readonly nodes: readonly ForeignNode[];
  /** Tensors of the file, those of Constant nodes and of branches among them. */
  readonly stored: ReadonlyMap<string, KnownValue>;
}

/**
 * Reads what an ONNX file computes, as far as the wanted values need it.
 *
 * @param where - name of the file, for messages
 * @param outputs - names of any values of the main graph; the outputs of the file when left out
 * @throws SemlinkError `corrupt-file`, `unsupported-tensor`, `unknown-value` when the graph makes no value of a name
 */
export function readModelGraph(bytes: Uint8Array, where: string, outputs?: readonly string[]): ModelGraph {
  const model = decodeModel(bytes, where);
  const graph = model.graph!;
  const wanted = outputs ?? graph.output.map(({ name }) => name);
  const initializers = new Set(graph.initializer.map(({ name }) => name));
  const fed = graph.input.filter(({ name }) => !initializers.has(name));
  const made = graph.node.flatMap(({ output }) => output);
  checkKnown(wanted, [...made, ...fed.map(({ name }) => name), ...initializers], where);

  const reader = new GraphReader(model, where);
  const { nodes } = reader.read(graph, new Map(), wanted);
  const needed = new Set([...wanted, ...nodes.flatMap(valuesReadBy)]);
  return {
    where,
    opset: reader.setOf("") ?? 0,
    isOwn: model.producerName === "semlink",
    inputs: fed.filter(({ name }) => needed.has(name)).map(foreignInput),
    outputs: wanted,
    nodes,
    stored: new Map([...reader.stored].filter(([name]) => needed.has(name))),
  };
}

/** Names of all values that a node reads, in its branches as well. */
export function valuesReadBy({ inputs, branches }: ForeignNode): readonly string[] {
  return [
    ...inputs,
    ...branches.flatMap((branch) => [...branch.outputs, ...branch.nodes.flatMap(valuesReadBy)]),
  ];
}

/** Other names of values inside a branch, so that the branches of a file share none. */
type Renaming = ReadonlyMap<string, string>;

/** Reads the graphs of one file, and the tensors that lie in them. */
class GraphReader {
  readonly stored: Map<string, KnownValue> = new Map();
  readonly #sets: ReadonlyMap<string, number>;
  readonly #functions: ReadonlySet<string>;
  readonly #where: string;

  constructor({ opsetImport, functions }: ModelProto, where: string) {
    this.#sets = new Map(opsetImport.map(({ domain, version }) => [standardised(domain), Number(version)]));
    this.#functions = new Set(functions.map(({ domain, name }) => operatorName(domain, name)));
    this.#where = where;
  }

  /** Version of the operator set of a domain. */
  setOf(domain: string): number | null {
    return this.#sets.get(domain) ?? null;
  }

  /** The nodes that some values of a graph depend on; constants among them are stored. */
  read(graph: GraphProto, outer: Renaming, wanted: readonly string[], prefix = ""): ForeignBranch {
    const own = [...graph.initializer.map(({ name }) => name), ...graph.node.flatMap(({ output }) => output)];
    const renaming: Renaming =
      prefix === "" ? outer : new Map([...outer, ...own.map((name) => [name, prefix + name] as const)]);
    const renamed = (name: string): string => renaming.get(name) ?? name;
    const outputs = wanted.map(renamed);
    const needed = new Set(outputs);
    const nodes: ForeignNode[] = [];
    for (const proto of graph.node.toReversed()) {
      if (!proto.output.some((name) => name !== "" && needed.has(renamed(name)))) continue;
      const node = this.#node(proto, renaming);
      if (this.#isStoredConstant(node)) continue;
      for (const name of valuesReadBy(node)) needed.add(name);
      nodes.push(node);
    }
    if (graph.sparseInitializer.some(({ values }) => needed.has(renamed(values?.name ?? "")))) {
      throw sparseTensor(this.#where);
    }
    for (const tensor of graph.initializer) {
      const name = renamed(tensor.name);
      if (needed.has(name)) this.stored.set(name, storedTensor(tensor, this.#where));
    }
    return { nodes: nodes.reverse(), outputs };
  }

  #node(proto: NodeProto, renaming: Renaming): ForeignNode {
    const { opType, name, input, output, attribute } = proto;
    const domain = standardised(proto.domain);
    const type = operatorName(domain, opType);
    const renamed = (value: string): string => renaming.get(value) ?? value;
    const outputs = output.map(renamed);
    const attributes = new Map(attribute.map((entry) => [entry.name, entry]));
    const ownName = name === "" ? (outputs[0] ?? opType) : name;
    const graphs = type === "If" ? [attributes.get("then_branch")?.g, attributes.get("else_branch")?.g] : [];
    return {
      type,
      domain,
      set: this.setOf(domain),
      isOfFile: this.#functions.has(type),
      name: ownName,
      inputs: input.map(renamed),
      outputs,
      attributes,
      branches: graphs.flatMap((graph, index) => {
        if (graph === undefined) return [];
        const wanted = graph.output.map((value) => value.name);
        return this.read(
          graph,
          renaming,
          wanted,
          `${outputs[0] ?? ownName}.${index === 0 ? "then" : "else"}.`,
        );
      }),
    };
  }

  /** Stores what a Constant node carries; some exporters write all weights so. */
  #isStoredConstant({ type, outputs, attributes, name }: ForeignNode): boolean {
    if (type !== "Constant") return false;
    const value = carriedValue(attributes, `${this.#where} › ${name}`);
    if (value === null) return false;
    this.stored.set(outputs[0]!, { ...value, isPlain: value.elements.length === 1 });
    return true;
  }
}

function standardised(domain: string): string {
  return domain === "ai.onnx" ? "" : domain;
}

function operatorName(domain: string, type: string): string {
  return standardised(domain) === "" ? type : `${domain}.${type}`;
}

function foreignInput(info: ValueInfoProto): ForeignInput {
  const elementType = info.type?.value.case === "tensorType" ? info.type.value.value.elemType : 0;
  return { ...describeValue(info), dtype: engineDType(elementType) };
}

function sparseTensor(where: string): SemlinkError {
  return new SemlinkError({
    code: "unsupported-tensor",
    where,
    expected: "dense stored tensors",
    actual: "a sparse one",
    hint: "export the model with dense weights",
  });
}

function checkKnown(wanted: readonly string[], existing: readonly string[], where: string): void {
  const names = new Set(existing);
  const missing = wanted.find((name) => !names.has(name));
  if (missing === undefined) return;
  throw new SemlinkError({
    code: "unknown-value",
    where,
    expected: "names of values in the graph",
    actual: `"${missing}"`,
    hint: hintFor(missing, existing),
  });
}
