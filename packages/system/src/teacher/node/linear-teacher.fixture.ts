// SPDX-License-Identifier: Apache-2.0
import { exportModel, input, linear, Param, reshape, valuesInit } from "@semlink/engine";
import { imageLength, type Dataset } from "../../data/dataset.ts";
import type { TeacherCard } from "../card.ts";
import { writeTeacher } from "./teacher-files.ts";

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
  const card: TeacherCard = {
    format: "semlink-teacher/2",
    name: "linear",
    source: data.name,
    images: {
      input: "images",
      shape: [channels, height, width],
      layout: "nchw",
      mean: [...data.mean],
      std: [...data.std],
    },
    outputs: {
      embedding: { name: "embedding", width: embedDim },
      answer: { name: "logits", width: numClasses },
    },
    hasMap: true,
    space: "standardized",
    classNames: [...data.classNames],
    params: embedDim * numPixels,
    macs: embedDim * numPixels,
    licence: null,
    provenance: {},
  };
  await writeTeacher(folder, {
    network: exportModel({ embedding, logits }, weights, { name: "linear teacher" }),
    map: { weight: teacher.weight, bias: teacher.bias },
    card,
  });
  return card;
}
