// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { type Command, defineCommand } from "./define-command.ts";
import { formatInspection } from "./inspect-table.ts";
import { option } from "./option.ts";

/** What an ONNX file holds and costs. */
export const inspect: Command = defineCommand({
  name: "inspect",
  summary: "Show parameters, multiply-accumulates, shapes and operators of an ONNX model",
  example: "semlink inspect encoder.onnx --batch 1",
  options: {
    file: option.operand("ONNX model"),
    batch: option.integer("size of every symbolic first axis", { default: 1, min: 1 }),
    dim: option.strings("size of a symbolic axis by its name: --dim tokens=16", "name=size"),
  },
  async run({ file, batch, dim }, { print }) {
    const dims = Object.fromEntries(dim.map(parseSize));
    const { nodeRuntime } = await import("@semlink/engine/node");
    const { inspectModel } = await import("@semlink/system/node");
    const inspection = await inspectModel(file, { runtime: await nodeRuntime(), batch, dims });
    print(await formatInspection(file, inspection), { file, ...inspection });
  },
});

function parseSize(text: string): [name: string, size: number] {
  const [, name, digits] = /^(.+)=(\d+)$/.exec(text) ?? [];
  const size = Number(digits);
  if (name !== undefined && size > 0 && Number.isSafeInteger(size)) return [name, size];
  throw new SemlinkError({
    code: "invalid-argument",
    where: "--dim",
    expected: "name=size with a size of at least 1, as in tokens=16",
    actual: JSON.stringify(text),
  });
}
