// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { fileCheckpoints, readMetrics, writeSafetensors } from "@semlink/engine/node";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { readStageTensors } from "../../store/stored-files.ts";
import type { PhaseStore, Weights } from "../phase.ts";
import { weightsOf, weightTensors } from "../weights.ts";

/** File of the trained weights in a folder. */
export const WEIGHTS_FILE = "weights.safetensors";

/** Writes the values of every parameter and buffer of a network. */
export async function saveWeights(folder: string, network: object, weights: Weights): Promise<void> {
  const tensors = weightTensors(network, weights);
  await writeSafetensors(join(folder, WEIGHTS_FILE), { tensors, metadata: {} });
}

/**
 * Reads the weights that {@link saveWeights} wrote.
 *
 * @throws SemlinkError `corrupt-file` when the file is missing or damaged
 */
export async function loadWeights(folder: string): Promise<Map<string, Float32Array>> {
  const path = join(folder, WEIGHTS_FILE);
  return weightsOf((await readStageTensors(path)).tensors, path);
}

/**
 * A folder as the store of a phase: `checkpoint.safetensors`, `metrics.jsonl`, and `weights.safetensors` at the end. The
 * folder is made. A damaged file of weights counts as none; the phase makes it again from its checkpoint.
 */
export function phaseFiles(folder: string): PhaseStore {
  mkdirSync(folder, { recursive: true });
  const metricsPath = join(folder, "metrics.jsonl");
  return {
    async weights() {
      try {
        return await loadWeights(folder);
      } catch (error) {
        if (error instanceof SemlinkError && error.code === "corrupt-file") return null;
        throw error;
      }
    },
    saveWeights: (network, weights) => saveWeights(folder, network, weights),
    checkpoints: fileCheckpoints(join(folder, "checkpoint.safetensors"), metricsPath),
    metrics: () => readMetrics(metricsPath),
  };
}
