// SPDX-License-Identifier: Apache-2.0
import type { HostTensor } from "@semlink/engine";
import { SemlinkError } from "@semlink/engine";
import { writeSafetensors } from "@semlink/engine/node";
import { join } from "node:path";
import type { EvaluatedSplit } from "../data/dataset.ts";
import { runDevice } from "../link/run-device.ts";
import { readLineCard, readLinkModel } from "../link/node/link-folder.ts";
import type { Ref } from "../run/inputs.ts";
import { defineStage, type Stage } from "../run/stage.ts";
import { readStageTensors } from "../store/stored-files.ts";
import { taskNamed } from "../task/tasks.ts";
import { type DataRef, openData, openRuntime, type RuntimeConfig, type Settings } from "./place.ts";

/** The device of a line, run over the images of a split. */
export interface DeviceInputs {
  readonly data: DataRef;
  readonly split: EvaluatedSplit;
  readonly line: Ref;
  readonly runtime: RuntimeConfig;
}

/** What the device of a line says of the images of a split. */
export interface DeviceOutput {
  /** [count, featureDim] what it sends */
  readonly features: Float32Array;
  /** [count] its own decisions; null for a device that has none */
  readonly decisions: Uint8Array | null;
}

const FILE = "device.safetensors";

/** Runs the device of a line once, for everything that is measured with it. */
export const deviceStage: Stage<DeviceInputs, DeviceOutput, Settings> = defineStage({
  name: "device",
  version: 1,
  maxCores: 1,
  async produce({ data: ref, split, line, runtime }, at) {
    const data = await openData(ref, at);
    const set = data[split];
    const folder = at.folderOf(line);
    const { card } = await readLineCard(folder);
    const task = taskNamed(card.task);
    const { features, answers } = await runDevice(await readLinkModel(folder, "device"), set, {
      runtime: await openRuntime(runtime),
      signal: at.signal,
      onImages: (done) => {
        at.report({ stage: `device of ${card.line}`, done, total: set.count });
      },
    });
    const tensors = new Map<string, HostTensor>([["features", floats(features, set.count)]]);
    if (answers) {
      const decisions = task.decide(answers, task.sizes(data));
      tensors.set("decisions", { dtype: "uint8", shape: [decisions.length], data: decisions });
    }
    await writeSafetensors(join(at.folder, FILE), { tensors, metadata: {} });
  },
  read: readDevice,
});

/** @throws SemlinkError "corrupt-file" */
export async function readDevice(folder: string): Promise<DeviceOutput> {
  const path = join(folder, FILE);
  const { tensors } = await readStageTensors(path);
  const features = tensors.get("features")?.data;
  const decisions = tensors.get("decisions")?.data;
  if (features instanceof Float32Array && (decisions === undefined || decisions instanceof Uint8Array)) {
    return { features, decisions: decisions ?? null };
  }
  throw new SemlinkError({
    code: "corrupt-file",
    where: path,
    expected: "features and decisions of a device",
    actual: [...tensors.keys()].join(", ") || "nothing",
    hint: "delete the folder; the device is run again",
  });
}

function floats(data: Float32Array, count: number): HostTensor {
  return { dtype: "float32", shape: [count, data.length / count], data };
}
