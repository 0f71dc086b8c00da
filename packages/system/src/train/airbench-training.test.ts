// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { readOnnx } from "@semlink/onnx-import";
import { expectClose } from "@semlink/engine/testing";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Dataset, ImageSet } from "../data/dataset.ts";
import { intensityMoments } from "../data/intensities.ts";
import { watchedRuntime, type WatchedRuntime } from "./watched-runtime.fixture.ts";
import { runTeacher } from "../teacher/teacher.ts";
import { eachTempFolder } from "../temp-folder.fixture.ts";
import { openTeacher } from "../teacher/node/open-teacher.ts";
import { TEACHER_FILES, writeTeacher } from "../teacher/node/teacher-files.ts";
import { airbenchTeacher, type TeacherTraining } from "./airbench-training.ts";
import { placeInFolders } from "./training-place.fixture.ts";
import { trainPhase } from "./phase.ts";

const folder = eachTempFolder();
const training: TeacherTraining = {
  preset: "tiny",
  widths: [8, 8, 8],
  epochs: 5,
  batchSize: 8,
  shards: 1,
  peakLearningRate: 0.1,
  momentum: 0.9,
  weightDecay: 5e-4,
  labelSmoothing: 0.1,
  averageDecay: 0.9,
};

/** 16x16 noise, brighter for the second class: the smallest images that the network takes. */
function drawImages(count: number): ImageSet {
  const size = { channels: 3, height: 16, width: 16 };
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 2);
  const noise = rngFrom(5)
    .fold(count)
    .normal(count * 768);
  const images = Uint8ClampedArray.from(
    noise,
    (value, i) => 100 + 60 * (Math.floor(i / 768) % 2) + 25 * value,
  );
  return { images: new Uint8Array(images.buffer), labels, count, ...size };
}

const train = drawImages(32);
const data: Dataset = {
  name: "bright or dark",
  classNames: ["dark", "bright"],
  train,
  validation: drawImages(4),
  test: drawImages(20),
  ...intensityMoments(train),
  digest: "the digest",
};

async function teach(name: string, watched: WatchedRuntime): Promise<string> {
  const path = join(folder(), name);
  await mkdir(path, { recursive: true });
  const { runtime, signal } = watched;
  const { phase, parts } = airbenchTeacher({ training, data, seed: 1 });
  const place = placeInFolders({ runtime, report: () => undefined, signal }, () => path);
  await writeTeacher(path, parts(await trainPhase(phase, new Map(), place)));
  return path;
}

describe("the training of a teacher", () => {
  it("leaves a teacher that knows its images and says where it comes from", async () => {
    const watched = await watchedRuntime();
    const teacher = await openTeacher(await teach("teacher", watched), watched.runtime);
    expect(watched.numSteps()).toBe(5 * 4);
    expect(teacher.card).toMatchObject({
      name: "airbench-tiny",
      source: "bright or dark",
      classNames: ["dark", "bright"],
      images: { shape: [3, 16, 16] },
      outputs: { embedding: { width: 8 }, answer: { width: 2 } },
      provenance: { training, seed: 1, dataDigest: "the digest" },
    });
    const { embedding, answer } = await runTeacher(teacher, data.test);
    const logits = answer!;
    const right = Array.from(data.test.labels).filter(
      (label, i) => logits[2 * i + label]! > logits[2 * i + 1 - label]!,
    );
    expect(right.length).toBeGreaterThanOrEqual(18);
    // The head file is the map from embedding to logits, scale included.
    const { weight, bias } = teacher.map!;
    const expected = logits.map((_, i) => {
      const [image, label] = [Math.floor(i / 2), i % 2];
      let sum = bias[label]!;
      for (let d = 0; d < 8; d++) sum += weight[label * 8 + d]! * embedding[image * 8 + d]!;
      return sum;
    });
    expectClose(logits, expected, { relative: 1e-4, absolute: 1e-5 });
  });

  it("counts parameters and MACs of the exported network, of standard operators only", async () => {
    const path = await teach("teacher", await watchedRuntime());
    const card = JSON.parse(await readFile(join(path, TEACHER_FILES.card), "utf8")) as Record<string, number>;
    const { opsets } = readOnnx(await readFile(join(path, TEACHER_FILES.network)), "teacher");
    expect(Object.keys(opsets)).toEqual(["ai.onnx"]);
    // Whitening 24 filters of 12 values with bias; six 3x3 convolutions; six norms of weight and bias; head.
    const convolutions = 9 * (24 * 8 + 5 * 8 * 8);
    expect(card["params"]).toBe(24 * 12 + 24 + convolutions + 6 * 2 * 8 + 2 * 8);
    const macs = 225 * 24 * 12 + 9 * (225 * 24 * 8 + 49 * 8 * 8 * 2 + 9 * 8 * 8 * 2 + 1 * 8 * 8) + 2 * 8;
    expect(card["macs"]).toBe(macs);
  });

  it("ends with the same bits when it is stopped and run again", async () => {
    const straight = await teach("straight", await watchedRuntime());
    await expect(teach("resumed", await watchedRuntime(3))).rejects.toThrow("stopped by the test");
    const rest = await watchedRuntime();
    const resumed = await teach("resumed", rest);
    expect(rest.numSteps()).toBe(20 - 3);
    for (const file of Object.values(TEACHER_FILES)) {
      expect(await readFile(join(resumed, file))).toEqual(await readFile(join(straight, file)));
    }
  });
});
