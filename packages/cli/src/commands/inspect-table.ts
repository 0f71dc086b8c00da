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
    ...(producer === "" ? [] : [["producer", printable(producer)]]),
    ["parameters", grouped(params)],
    ["MACs", formatCost(inspection.cost)],
    ["inputs", inputs.map(formatValue).join("\n")],
    ["outputs", outputs.map(formatValue).join("\n")],
    ["nodes", `${grouped(total)}: ${listed(operators)}`],
    ...Object.entries(metadata).map(([key, value]) => [printable(key), printable(value, 1000)]),
  ]);
}

function formatCost(cost: ModelInspection["cost"]): string {
  const { macs, batch, dims, uncounted } = cost;
  const count =
    macs === null ? `unknown: ${whyUnknown(cost)}` : `${grouped(macs)} (${listed({ batch, ...dims })})`;
  return Object.keys(uncounted).length === 0 ? count : `${count}\nnot counted: ${listed(uncounted)}`;
}

function whyUnknown({ openSizes, reason }: ModelInspection["cost"]): string {
  if (openSizes === undefined) return printable(reason ?? "it could not be run", 500);
  const names = openSizes.map((name) => printable(name));
  const options = names.map((name) => `--dim ${/^[\w.]+$/.test(name) ? `${name}=...` : `'${name}=...'`}`);
  return `the model leaves ${names.join(" and ")} open; give ${options.join(" ")}`;
}

function formatValue({ name, dtype, shape }: ModelInspection["inputs"][number]): string {
  const sizes =
    shape === null ? "unknown rank" : `[${shape.map((size) => printable(String(size ?? "?"))).join(", ")}]`;
  return `${printable(name)}: ${dtype} ${sizes}`;
}

// Controls, marks that turn the direction of text, and halves of characters: a terminal acts on them.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A name of the file as text that a terminal only shows, shortened when it is long. */
function printable(text: string, most = 100): string {
  const short = text.length <= most ? text : `${text.slice(0, most)}… (${grouped(text.length)} letters)`;
  return short.replace(UNPRINTABLE, (mark) => `\\u{${mark.codePointAt(0)!.toString(16)}}`);
}

function listed(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${printable(name)} ${count}`)
    .join(", ");
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
