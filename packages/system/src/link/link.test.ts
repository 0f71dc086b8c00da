// SPDX-License-Identifier: Apache-2.0
import { Build, exportModel, input, rngFrom } from "@semlink/engine";
import { readOnnx } from "@semlink/onnx-import";
import { nodeRuntime } from "@semlink/engine/node";
import { expectClose } from "@semlink/engine/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { awgn } from "../channel/flat-channel.ts";
import { type ChannelDraw, channelKinds, firstSymbols, symbolPrefix } from "../channel/channel-model.ts";
import { openRadio } from "../channel/channel-spec.ts";
import { noFromEsNoDb } from "../channel/decibel.ts";
import { type Radio, radioOf } from "../channel/radio.ts";
import { imageLength } from "../data/dataset.ts";
import { transmitEmbedding } from "./link-graph.ts";
import { linkNetwork } from "./networks.ts";
import { tinyProblem } from "./tiny-problem.fixture.ts";
import { transmissionInputs } from "./transmission-draws.ts";
import { drawnWeights, openGraph, type OpenGraph } from "../open-graph.fixture.ts";
import { encoderModel, receiverModel, studentModel, transmitterModel } from "./link-models.ts";
import { type Decoded, type Link, openLink } from "./link.ts";

const { shape, experiment, data } = tinyProblem();
const { codec } = experiment;
const { lengths } = codec;
const radios = channelKinds.map(openRadio);
const maxSymbols = codec.maxSymbols;
const [BATCH, ES_NO_DB] = [5, 3];
const embedding = rngFrom(1).normal(BATCH * shape.embedDim);
const FLOAT_ERROR = { relative: 1e-4, absolute: 1e-4 };

describe.each(["cat", "film-mlp"] as const)("a %s link", (kind) => {
  const network = linkNetwork(shape, experiment, kind);
  const weights = drawnWeights(network, 2);
  const encoder = exportModel(encoderModel(network, shape), weights, { name: "encoder" });
  const receiver = exportModel(receiverModel(network, lengths), weights, { name: "receiver" });
  let link: Link;
  let inGraph: OpenGraph<"embedding" | "logits">;
  beforeAll(async () => {
    link = await openLink({ encoder, receiver }, lengths, await nodeRuntime({ intraOpThreads: 1 }));
    const build = new Build(network, { training: false });
    const radio = transmissionInputs(maxSymbols, channelKinds.length, radios);
    const sent = input("sent", ["batch", shape.embedDim]);
    inGraph = await openGraph({ ...transmitEmbedding(build, network, sent, radio, radios) }, weights);
  });

  /** Over the radio in plain TypeScript, at a prefix. */
  async function overTheAir(channel: Radio, draw: ChannelDraw, numSymbols: number): Promise<Decoded> {
    const symbols = await link.encode(embedding, BATCH, ES_NO_DB, channel);
    const no = new Float32Array(BATCH).fill(noFromEsNoDb(ES_NO_DB));
    const x = symbolPrefix(symbols, BATCH, numSymbols);
    return link.decode({
      ...channel.transmit({ x, no }, firstSymbols(channel, draw, BATCH, numSymbols)),
      esNoDb: ES_NO_DB,
      channel,
      numSymbols,
    });
  }

  it.each(radios.flatMap((channel) => lengths.map((numSymbols) => ({ channel, numSymbols }))))(
    "does what training trains: $channel.name, $numSymbols symbols",
    async ({ channel, numSymbols }) => {
      const draw = channel.draw(rngFrom(3), { batchSize: BATCH, numSymbols: maxSymbols });
      const received = await overTheAir(channel, draw, numSymbols);
      const expected = await inGraph.run({
        sent: embedding,
        h: draw["h"]!,
        noise: draw["noise"]!,
        no: new Float32Array(BATCH).fill(noFromEsNoDb(ES_NO_DB)),
        esNoDb: new Float32Array(BATCH).fill(ES_NO_DB),
        kind: Float32Array.from({ length: BATCH * 2 }, (_, i) => (i % 2 === channel.kindIndex ? 1 : 0)),
        mask: Float32Array.from({ length: BATCH * maxSymbols }, (_, i) =>
          i % maxSymbols < numSymbols ? 1 : 0,
        ),
      });
      expectClose(received.embedding, expected.embedding, FLOAT_ERROR);
      expectClose(received.logits, expected.logits, FLOAT_ERROR);
    },
  );

  it("decodes an increment's end and nothing between", async () => {
    const draw = awgn.draw(rngFrom(3), { batchSize: BATCH, numSymbols: maxSymbols });
    await expect(overTheAir(radioOf(awgn), draw, 3)).rejects.toThrow(
      expect.objectContaining({
        code: "unknown-length",
        expected: "a length of 2, 4 symbols",
        actual: "3",
      }),
    );
  });

  it("says how far it reaches", () => {
    expect(link).toMatchObject({ maxSymbols: 4, lengths: [2, 4] });
  });

  it("is exported in standard operators only, for any batch, with its weights inside", () => {
    const transmitter = exportModel(transmitterModel(network, shape), weights, { name: "transmitter" });
    const models = { encoder, receiver, transmitter };
    const files = Object.entries(models).map(([name, bytes]) => [name, readOnnx(bytes, name)] as const);
    for (const [, file] of files) {
      expect(Object.keys(file.opsets)).toEqual(["ai.onnx"]);
      expect(file.nodes.filter(({ domain }) => domain !== "")).toEqual([]);
      for (const { shape: sizes } of [...file.inputs, ...file.outputs]) expect(sizes![0]).toBe("batch");
    }
    const namesOf = Object.fromEntries(
      files.map(([name, file]) => [name, file.inputs.map((value) => value.name).sort()]),
    );
    expect(namesOf).toEqual({
      encoder: ["embedding", "esNoDb", "kind"],
      receiver: ["equalizedEsNoDb", "esNoDb", "kind", "mask", "received"],
      transmitter: ["esNoDb", "images", "kind"],
    });
  });

  it("transmits from images what the encoder makes of the student's embedding", async () => {
    const images = rngFrom(4).normal(2 * imageLength(data.train));
    const told = { esNoDb: Float32Array.of(0, 9), kind: Float32Array.of(1, 0, 0, 1) };
    const student = await openGraph<string>(studentModel(network, shape), weights);
    const encode = await openGraph<string>(encoderModel(network, shape), weights);
    const transmit = await openGraph<string>(transmitterModel(network, shape), weights);
    const said = await student.run({ images });
    const { symbols } = await encode.run({ ...told, embedding: said["embedding"]! });
    expectClose((await transmit.run({ ...told, images }))["symbols"]!, symbols!, FLOAT_ERROR);
    expect(said["logits"]!.length).toBe(2 * shape.numClasses);
  });
});
