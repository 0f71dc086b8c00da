// SPDX-License-Identifier: Apache-2.0
import { writeFile } from "node:fs/promises";
import { encodeSafetensors, nameTree, paramsOf, rngFrom } from "@semlink/engine";
import { caseNamed } from "../selection.js";

// Usage: start.js <workload/case> <file>. Draws start values and data of a case and writes them to a file, from which
// the engine and PyTorch both begin.

const [id, file] = process.argv.slice(2);
const { workload, setting } = caseNamed(id);
const { model, step, data } = workload.program(setting);
nameTree(model);
const used = step
  ? new Set([...step.frozen, ...step.state.flatMap(({ startsAs }) => (startsAs ? [startsAs] : []))])
  : new Set(paramsOf(model));
const rng = rngFrom(1).fold("init");
const tensors = new Map();
for (const param of paramsOf(model).filter((candidate) => used.has(candidate))) {
  const values = param.init(param.shape, rng.fold(param.name));
  tensors.set(`param:${param.name}`, { dtype: "float32", shape: [...param.shape], data: values });
}
for (const [name, tensor] of Object.entries(data)) tensors.set(`data:${name}`, tensor);
await writeFile(file, encodeSafetensors({ tensors, metadata: {} }));
