// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "../errors.ts";
import type { FeedDemand, Tensor } from "../graph/tensor.ts";
import { leafTypes, topologicalOrder } from "../graph/topology.ts";
import type { DimBinding } from "../graph/dim.ts";
import type { NamedTensors } from "../runtime/runtime.ts";

/** What the operators of a graph ask of what is fed: labels among the classes, batches of several items. */
export class FeedDemands {
  private readonly demands: readonly (FeedDemand & { readonly scope: string })[];
  private readonly parts: number;
  /** Inputs by name with the symbols of their shapes. */
  private readonly inputs: readonly { readonly name: string; readonly shape: readonly (number | string)[] }[];

  /**
   * @param binding - sizes that are known before anything is fed
   * @param parts - into how many equal parts what is fed is cut
   * @throws SemlinkError the code of a demand that a known size does not meet
   */
  constructor(outputs: Readonly<Record<string, Tensor>>, binding: DimBinding = {}, parts = 1) {
    this.parts = parts;
    const order = topologicalOrder(Object.values(outputs));
    this.demands = order.flatMap((node) =>
      node.kind === "op" ? node.demands.map((demand) => ({ ...demand, scope: node.scope })) : [],
    );
    this.inputs = [...leafTypes(order, Object.values(outputs))].flatMap(([node, { shape }]) =>
      node.kind === "input" ? [{ name: node.name, shape }] : [],
    );
    for (const demand of this.demands) {
      const size = demand.kind === "size" ? binding[demand.symbol] : undefined;
      if (demand.kind === "size" && size !== undefined) this.checkSize(demand, size);
    }
  }

  /** @throws SemlinkError `label-range`, or the code of a demand on a size, naming the input and the place in the network */
  check(feeds: NamedTensors): void {
    for (const demand of this.demands) {
      if (demand.kind === "range") checkRange(demand, feeds);
      else {
        const size = this.sizeOf(demand.symbol, feeds);
        if (size !== undefined) this.checkSize(demand, size);
      }
    }
  }

  private sizeOf(symbol: string, feeds: NamedTensors): number | undefined {
    for (const { name, shape } of this.inputs) {
      const axis = shape.indexOf(symbol);
      const size = axis < 0 ? undefined : feeds[name]?.shape[axis];
      if (size !== undefined) return size;
    }
    return undefined;
  }

  private checkSize(
    demand: Extract<FeedDemand, { kind: "size" }> & { readonly scope: string },
    size: number,
  ): void {
    const { symbol, least, code, hint, scope } = demand;
    if (size / this.parts >= least) return;
    const actual = this.parts === 1 ? `${size}` : `${size} in ${this.parts} parts`;
    throw new SemlinkError({
      code,
      where: scope || "graph",
      expected: `${symbol} of at least ${least}`,
      actual,
      hint,
    });
  }
}

function checkRange(
  { of: { node }, least, most, scope }: Extract<FeedDemand, { kind: "range" }> & { readonly scope: string },
  feeds: NamedTensors,
): void {
  const fed = node.kind === "input" ? feeds[node.name] : undefined;
  if (node.kind !== "input" || fed === undefined) return;
  for (const value of fed.data) {
    if (value >= least && value <= most) continue;
    throw new SemlinkError({
      code: "label-range",
      where: `input "${node.name}"${scope === "" ? "" : ` of ${scope}`}`,
      expected: `labels in ${least}..${most}`,
      actual: String(value),
      hint: "leave items without a label out of the batch",
    });
  }
}
