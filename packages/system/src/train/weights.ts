// SPDX-License-Identifier: Apache-2.0
import type { HostTensor } from "@semlink/engine";
import { paramsOf, SemlinkError } from "@semlink/engine";
import { writeSafetensors } from "@semlink/engine/node";
import { join } from "node:path";
import { readStageTensors } from "../store/stored-files.ts";

/** File of the trained weights in a stage's folder. */
export const WEIGHTS_FILE = "weights.safetensors";

/** Writes the values of every parameter and buffer of a network. */
export async function saveWeights(
  folder: string,
  network: object,
  weights: ReadonlyMap<string, Float32Array>,
): Promise<void> {
  const tensors = new Map<string, HostTensor>();
  for (const { name, shape } of paramsOf(network)) {
    const data = weights.get(name);
    if (data) tensors.set(name, { dtype: "float32", shape: [...shape], data });
  }
  await writeSafetensors(join(folder, WEIGHTS_FILE), { tensors, metadata: {} });
}

/**
 * Reads the weights that {@link saveWeights} wrote.
 *
 * @throws SemlinkError `corrupt-file` when the file is missing or damaged
 */
export async function loadWeights(folder: string): Promise<Map<string, Float32Array>> {
  const path = join(folder, WEIGHTS_FILE);
  const { tensors } = await readStageTensors(path);
  return new Map(
    Array.from(tensors, ([name, { data }]) => {
      if (data instanceof Float32Array) return [name, data];
      throw new SemlinkError({
        code: "corrupt-file",
        where: path,
        expected: `float32 values of "${name}"`,
        actual: data.constructor.name,
        hint: "delete the folder; the stage is run again",
      });
    }),
  );
}
