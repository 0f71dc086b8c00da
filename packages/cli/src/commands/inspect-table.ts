// SPDX-License-Identifier: Apache-2.0
import type { ModelInspection } from "@semlink/system/node";
import { formatTable } from "./table.ts";

/** An inspection as aligned rows. */
export async function formatInspection(file: string, inspection: ModelInspection): Promise<string> {
  const { sizeBytes, producer, irVersion, opsets, inputs, outputs, operators, params, metadata } = inspection;
  const total = Object.values(operators).reduce((sum, count) => sum + count, 0);
  return formatTable([
    ["file", `${file}, ${grouped(sizeBytes)} bytes`],
    ["format", `ONNX IR ${irVersion}, opset ${listed(opsets)}`],
    ...(producer === "" ? [] : [["producer", producer]]),
    ["parameters", grouped(params)],
    ["MACs", formatCost(inspection.cost)],
    ["inputs", inputs.map(formatValue).join("\n")],
    ["outputs", outputs.map(formatValue).join("\n")],
    ["nodes", `${grouped(total)}: ${listed(operators)}`],
    ...Object.entries(metadata).map(([key, value]) => [key, value]),
  ]);
}

function formatCost({ macs, reason, batch, dims, uncounted }: ModelInspection["cost"]): string {
  const sizes = listed({ batch, ...dims });
  const count = macs === null ? `unknown: ${reason ?? "it could not be run"}` : `${grouped(macs)} (${sizes})`;
  return Object.keys(uncounted).length === 0 ? count : `${count}\nnot counted: ${listed(uncounted)}`;
}

function formatValue({ name, dtype, shape }: ModelInspection["inputs"][number]): string {
  const sizes = shape === null ? "unknown rank" : `[${shape.map((size) => size ?? "?").join(", ")}]`;
  return `${name}: ${dtype} ${sizes}`;
}

function listed(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
