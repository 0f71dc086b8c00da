// SPDX-License-Identifier: Apache-2.0
import { Build, graphCost, input, rngFrom } from "@semlink/engine";
import { nodeRuntime } from "@semlink/engine/node";
import { expectClose } from "@semlink/engine/testing";
import { readOnnx } from "@semlink/onnx-import";
import { describe, expect, it } from "vitest";
import { openRadio } from "../channel/channel-spec.ts";
import { viewBank, writeBatch } from "../data/augment.ts";
import { imageLength } from "../data/dataset.ts";
import { cat } from "../lines/learned/codec-line.ts";
import { deepJscc } from "../lines/learned/deep-jscc.ts";
import { openLearned } from "../lines/learned/learned-line.fixture.ts";
import { line as ownRaw } from "../lines/node/own-line.fixture.ts";
import { openGraph } from "../open-graph.fixture.ts";
import { readLinkCard } from "./link-card.ts";
import { openLink } from "./link.ts";
import { runDevice } from "./run-device.ts";
import { tinyProblem } from "./tiny-problem.fixture.ts";

const { data, shape, experiment } = tinyProblem();
const { test } = data;
const FLOAT_ERROR = { relative: 1e-4, absolute: 1e-4 };
const channel = openRadio("rayleigh-block");
const runtime = await nodeRuntime({ intraOpThreads: 1 });
const { signal } = new AbortController();

const cases = [
  { title: "cat", line: cat, settings: experiment.codec.cat },
  { title: "deep-jscc", line: deepJscc, settings: { width: 16 } },
  { title: "a raw line", line: ownRaw, settings: {} },
].map((tested) => [tested.title, openLearned(tested)] as const);

describe.each(cases)("the export of %s", (title, { network, graph, weights, models, files, card }) => {
  it("is of standard operators only, for any batch, with its weights and its card inside", () => {
    for (const [part, bytes] of Object.entries(files)) {
      const file = readOnnx(bytes, part);
      expect(Object.keys(file.opsets)).toEqual(["ai.onnx"]);
      expect(file.nodes.filter(({ domain }) => domain !== "")).toEqual([]);
      for (const { shape: sizes } of [...file.inputs, ...file.outputs]) expect(sizes![0]).toBe("batch");
      expect(readLinkCard(bytes, part)).toEqual(card);
    }
  });

  it("takes intensities 0..255 and scales them inside as training scales them outside", async () => {
    const build = new Build(network, { training: false });
    const features = graph.features(build, input("images", ["batch", ...shape.imageShape]));
    const direct = await openGraph({ features }, weights);
    const images = new Float32Array(test.count * imageLength(test));
    const all = Uint32Array.from({ length: test.count }, (_, image) => image);
    writeBatch(images, test, all, viewBank(1)[0]!, data.mean, data.std);
    const expected = await direct.run({ images });
    const progress: number[] = [];
    const onImages = (done: number): void => void progress.push(done);
    const device = await runDevice(files.device, test, { runtime, signal, onImages });
    expectClose(device.features, expected.features, FLOAT_ERROR);
    expect(device.answers?.length ?? 0).toBe(title === "cat" ? test.count * shape.numClasses : 0);
    expect(progress).toEqual([test.count]);
  });

  it("costs on the device what the whole transmitter costs: its features and the encoder", () => {
    const [features, encoder] = [
      graphCost({ features: models.device["features"]! }),
      graphCost(models.encoder),
    ];
    expect(graphCost(models.transmitter)).toEqual({
      params: features.params + encoder.params,
      macs: features.macs + encoder.macs,
    });
  });

  it("transmits from images what the encoder makes of the device's features", async () => {
    const { features } = await runDevice(files.device, test, { runtime, signal });
    const ofFeatures = await openLink({ sender: files.encoder, receiver: files.receiver }, runtime);
    const ofImages = await openLink({ sender: files.transmitter, receiver: files.receiver }, runtime);
    const told = { batchSize: test.count, esNoDb: 3, channel };
    const sent = await ofImages.encode(Float32Array.from(test.images), told);
    expectClose(sent, await ofFeatures.encode(features, told), FLOAT_ERROR);
    expect(sent.length).toBe(test.count * ofImages.maxSymbols * 2);
  });
});

describe("the models of CAT", () => {
  it("take what a link needs and nothing else", () => {
    const namesOf = Object.fromEntries(
      Object.entries(cases[0]![1].files).map(([part, bytes]) => {
        const { inputs, outputs } = readOnnx(bytes, part);
        return [part, [inputs, outputs].map((values) => values.map(({ name }) => name).sort())];
      }),
    );
    expect(namesOf).toEqual({
      device: [["images"], ["features", "logits"]],
      encoder: [["esNoDb", "features", "kind"], ["symbols"]],
      transmitter: [["esNoDb", "images", "kind"], ["symbols"]],
      receiver: [
        ["equalizedEsNoDb", "esNoDb", "kind", "mask", "received"],
        ["embedding", "logits"],
      ],
    });
  });
});

describe("runDevice", () => {
  it("goes through a set in batches, each image as it is alone", async () => {
    const { files } = cases[0]![1];
    const count = 260; // more than one batch of 250
    const drawn = rngFrom(3).uniform(count * imageLength(test));
    const set = {
      ...test,
      count,
      labels: new Uint8Array(count),
      images: Uint8Array.from(drawn, (value) => Math.floor(256 * value)),
    };
    const last = {
      ...set,
      count: 10,
      images: set.images.slice(-10 * imageLength(set)),
      labels: new Uint8Array(10),
    };
    const whole = await runDevice(files.device, set, { runtime, signal });
    const alone = await runDevice(files.device, last, { runtime, signal });
    expectClose(whole.features.slice(-10 * shape.embedDim), alone.features, FLOAT_ERROR);
    expectClose(whole.answers!.slice(-10 * shape.numClasses), alone.answers!, FLOAT_ERROR);
  });

  it("stops when it is told to", async () => {
    const stopped = AbortSignal.abort(new Error("stop"));
    const run = runDevice(cases[0]![1].files.device, test, { runtime, signal: stopped });
    await expect(run).rejects.toThrow("stop");
  });
});
