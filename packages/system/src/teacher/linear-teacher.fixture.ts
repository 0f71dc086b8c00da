// SPDX-License-Identifier: Apache-2.0
import { exportModel, input, linear, Param, reshape, valuesInit } from "@semlink/engine";
import { writeFileAtomic, writeSafetensors } from "@semlink/engine/node";
import { join } from "node:path";
import { imageLength, type Dataset } from "../data/dataset.ts";
import { TEACHER_FILES, type TeacherCard } from "./teacher.ts";

/** A teacher whose outputs anyone can compute: `embedding = E pixels`, `logits = W embedding + b`. */
export interface LinearTeacher {
  /** [embedDim, channels · height · width] */
  readonly embed: Float32Array;
  /** [numClasses, embedDim] */
  readonly weight: Float32Array;
  /** [numClasses] */
  readonly bias: Float32Array;
}

/** Writes the folder of a linear teacher for the images of a dataset. */
export async function writeLinearTeacher(
  folder: string,
  data: Dataset,
  teacher: LinearTeacher,
): Promise<TeacherCard> {
  const { channels, height, width } = data.train;
  const numPixels = imageLength(data.train);
  const numClasses = teacher.bias.length;
  const embedDim = teacher.weight.length / numClasses;
  const named = (name: string, shape: number[], values: Float32Array): Param => {
    const param = new Param(shape, valuesInit(values));
    param.name = name;
    return param;
  };
  const embed = named("embed", [embedDim, numPixels], teacher.embed);
  const weight = named("weight", [numClasses, embedDim], teacher.weight);
  const bias = named("bias", [numClasses], teacher.bias);
  const images = input("images", ["batch", channels, height, width]);
  const embedding = linear(reshape(images, ["batch", numPixels]), embed.value, null);
  const logits = linear(embedding, weight.value, bias.value);
  const weights = new Map<string, Float32Array>(Object.entries(teacher));
  await writeFileAtomic(
    join(folder, TEACHER_FILES.network),
    exportModel({ embedding, logits }, weights, { name: "linear teacher" }),
  );
  await writeSafetensors(join(folder, TEACHER_FILES.head), {
    tensors: new Map([
      ["weight", { dtype: "float32", shape: [numClasses, embedDim], data: teacher.weight }],
      ["bias", { dtype: "float32", shape: [numClasses], data: teacher.bias }],
    ]),
    metadata: {},
  });
  const card: TeacherCard = {
    name: "linear",
    dataset: data.name,
    classNames: [...data.classNames],
    imageShape: [channels, height, width],
    mean: [...data.mean],
    std: [...data.std],
    embedDim,
    params: embedDim * numPixels,
    macs: embedDim * numPixels,
    provenance: {},
  };
  await writeFileAtomic(join(folder, TEACHER_FILES.card), JSON.stringify(card));
  return card;
}
