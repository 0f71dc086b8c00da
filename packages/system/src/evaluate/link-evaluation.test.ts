// SPDX-License-Identifier: Apache-2.0
import { readOnnx } from "@semlink/onnx-import";
import { readFile, rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { channelId } from "../channel/channel-spec.ts";
import { linkNetwork } from "../link/networks.ts";
import { tinyProblem } from "../link/tiny-problem.fixture.ts";
import { watchedRuntime } from "../train/watched-runtime.fixture.ts";
import { drawnWeights } from "../open-graph.fixture.ts";
import { eachTempFolder } from "../temp-folder.fixture.ts";
import { evaluateLink, type LinkEvaluation, readLinkEvaluation, runStudent } from "./link-evaluation.ts";

const { data, shape, experiment } = tinyProblem();
const network = linkNetwork(shape, experiment, "cat");
const weights = drawnWeights(network, 1);
const folder = eachTempFolder();
const MEASURED = "cat.measured.safetensors";

async function evaluated(lengths: readonly number[] = experiment.evaluate.lengths): Promise<LinkEvaluation> {
  const { runtime, signal } = await watchedRuntime();
  await evaluateLink({
    data,
    shape,
    student: experiment.student,
    codec: experiment.codec,
    kind: "cat",
    evaluate: { ...experiment.evaluate, lengths },
    weights,
    seed: 1,
    folder: folder(),
    runtime,
    report: () => undefined,
    signal,
  });
  return readLinkEvaluation(folder(), "cat");
}

const placesOf = ({ points }: LinkEvaluation): string[] =>
  points.map(({ channel, esNoDb, numSymbols }) => `${channel} ${esNoDb} ${numSymbols}`).sort();

describe("evaluateLink", () => {
  it("measures every image at every channel, Es/N0 and length, and the device's own decisions", async () => {
    const evaluation = await evaluated();
    const { channels, esNoDb, lengths } = experiment.evaluate;
    expect(placesOf(evaluation)).toEqual(
      channels
        .flatMap((channel) =>
          esNoDb.flatMap((level) => lengths.map((length) => `${channelId(channel)} ${level} ${length}`)),
        )
        .sort(),
    );
    for (const { measurement } of evaluation.points) {
      expect(measurement.correct.length).toBe(data.test.count);
      expect(measurement.correct.every((share) => share === 0 || share === 1)).toBe(true);
      expect(measurement.relativeError.every((error) => error > 0)).toBe(true);
      expect(measurement.identified.length).toBe(0); // no whole gallery among 40 images
    }
    const { runtime, signal } = await watchedRuntime();
    const { predictions } = await runStudent(network, data.test, { data, shape, weights, runtime, signal });
    expect(evaluation.devicePredictions).toEqual(predictions);
  });

  it("measures only the lengths asked for, at which the figures are the same", async () => {
    const all = await evaluated();
    const some = await evaluated([2]);
    expect(placesOf(some)).toEqual(placesOf(all).filter((place) => place.endsWith(" 2")));
    const byPlace = new Map(
      all.points.map(({ measurement, ...place }) => [JSON.stringify(place), measurement]),
    );
    for (const { measurement, ...place } of some.points) {
      expect(measurement).toEqual(byPlace.get(JSON.stringify(place)));
    }
  });

  it("exports what runs on either side: images to symbols, symbols to decision", async () => {
    await evaluated();
    const encoder = readOnnx(await readFile(join(folder(), "cat.encoder.onnx")), "encoder");
    const decoder = readOnnx(await readFile(join(folder(), "cat.decoder.onnx")), "decoder");
    expect(encoder.inputs.map(({ name }) => name).sort()).toEqual(["esNoDb", "images", "kind"]);
    expect(encoder.outputs).toEqual([{ name: "symbols", dtype: "float32", shape: ["batch", 4, 2] }]);
    expect(decoder.outputs.map(({ name }) => name)).toEqual(["embedding", "logits"]);
  });

  it("has the same bits each time", async () => {
    await evaluated();
    const first = await readFile(join(folder(), MEASURED));
    await evaluated();
    expect(await readFile(join(folder(), MEASURED))).toEqual(first);
  });
});

describe("readLinkEvaluation", () => {
  const corrupt = expect.objectContaining({ code: "corrupt-file" }) as Error;

  it("takes a missing or cut file for a corrupt one, so that the stage is run again", async () => {
    await evaluated();
    await truncate(join(folder(), MEASURED), 500);
    await expect(readLinkEvaluation(folder(), "cat")).rejects.toThrow(corrupt);
    await rm(join(folder(), MEASURED));
    await expect(readLinkEvaluation(folder(), "cat")).rejects.toThrow(corrupt);
  });
});
