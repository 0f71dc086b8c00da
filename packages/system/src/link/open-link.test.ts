// SPDX-License-Identifier: Apache-2.0
import { exportModel, input, mul, sum, type Tensor } from "@semlink/engine";
import { nodeRuntime } from "@semlink/engine/node";
import { expectClose } from "@semlink/engine/testing";
import { describe, expect, it } from "vitest";
import { openRadio } from "../channel/channel-spec.ts";
import { exportedTinyLink } from "./exported-link.fixture.ts";
import { cardMetadata } from "./link-card.ts";
import { tinyCard } from "./link-card.fixture.ts";
import { type Link, openLink, type Reception, type Transmitting } from "./link.ts";
import { tinyProblem } from "./tiny-problem.fixture.ts";

const { data } = tinyProblem();
const runtime = await nodeRuntime({ intraOpThreads: 1 });
const files = exportedTinyLink();
const link = await openLink({ sender: files.transmitter, receiver: files.receiver }, runtime);
const told: Transmitting = { batchSize: 2, esNoDb: 3, channel: openRadio("awgn") };
const images = Float32Array.from(data.test.images.subarray(0, 2 * 3 * 8 * 8));
const symbolsAlone: Reception = {
  ...told,
  numSymbols: 2,
  symbols: Float32Array.of(1, 0, 0, 1, -1, 0, 0, -1),
};
const reception: Reception = { ...symbolsAlone, equalizedEsNoDb: Float32Array.of(3, 4) };

/** The error that something is refused with. */
function refused(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => "not refused",
    (error: unknown) => error,
  );
}

describe("halves that are no link", () => {
  it("are refused when they come from different exports, naming what differs", async () => {
    const other = exportedTinyLink("film-mlp");
    expect(
      await refused(openLink({ sender: other.transmitter, receiver: files.receiver }, runtime)),
    ).toMatchObject({
      code: "other-link",
      expected: expect.stringContaining('line is "cat"') as string,
      actual: expect.stringContaining('line is "film-mlp"') as string,
      hint: "take both files from one export",
    });
  });

  it.each([
    ["swapped", { sender: files.receiver, receiver: files.transmitter }, "symbols"],
    ["two senders", { sender: files.encoder, receiver: files.transmitter }, "logits"],
    ["the device as receiver", { sender: files.encoder, receiver: files.device }, "received"],
    ["the device as sender", { sender: files.device, receiver: files.receiver }, "symbols"],
  ])("are refused when they are other models of the link: %s", async (_title, halves, missing) => {
    expect(await refused(openLink(halves, runtime))).toMatchObject({
      code: "wrong-half",
      expected: expect.stringContaining(missing) as string,
      hint: expect.stringContaining("swapped") as string,
    });
  });

  it("are refused when one is no ONNX file", async () => {
    const text = new TextEncoder().encode("not a model");
    expect(await refused(openLink({ sender: text, receiver: files.receiver }, runtime))).toMatchObject({
      code: "corrupt-file",
      where: "transmitter of a link",
    });
  });
});

describe("encode", () => {
  it.each([
    ["images of another shape", images.subarray(1), told, "wrong-shape", "[2, 3, 8, 8]"],
    ["another number of images", images, { ...told, batchSize: 3 }, "wrong-shape", "[3, 3, 8, 8]"],
    ["no images", new Float32Array(0), { ...told, batchSize: 0 }, "wrong-shape", "at least one"],
    ["Es/N0 that is NaN", images, { ...told, esNoDb: NaN }, "not-a-number", "Es/N0 in dB"],
    [
      "a kind without a place",
      images,
      { ...told, channel: { kindIndex: 2 } },
      "unknown-kind",
      "awgn, rayleigh-block",
    ],
  ])("refuses %s", async (_title, source, sending, code, expected) => {
    expect(await refused(link.encode(source, sending))).toMatchObject({
      code,
      expected: expect.stringContaining(expected) as string,
    });
  });

  it("refuses NaN among the pixels, and says in which image", async () => {
    const broken = images.with(3 * 8 * 8 + 5, NaN);
    expect(await refused(link.encode(broken, told))).toMatchObject({
      code: "not-a-number",
      actual: "NaN in item 1",
      hint: "feed intensities 0 to 255 as they are",
    });
  });

  it("sends symbols of mean power 1 in each increment of each image", async () => {
    const symbols = await link.encode(images, told);
    for (const first of [0, 4, 8, 12]) {
      const power = symbols.subarray(first, first + 4).reduce((total, value) => total + value * value, 0) / 2;
      expect(power).toBeCloseTo(1, 5);
    }
  });
});

describe("decode", () => {
  it.each([
    ["a length between", { ...reception, numSymbols: 3 }, "unknown-length", "2, 4 symbols"],
    ["symbols of another length", { ...reception, numSymbols: 4 }, "wrong-shape", "[2, 4, 2]"],
    ["Es/N0 that is NaN", { ...reception, esNoDb: NaN }, "not-a-number", "Es/N0 in dB"],
    ["symbols alone", symbolsAlone, "missing-reception", "equalizedEsNoDb [2]"],
    ["one ratio for two", { ...reception, equalizedEsNoDb: Float32Array.of(3) }, "wrong-shape", "[2]"],
  ])("refuses %s", async (_title, given, code, expected) => {
    expect(await refused(link.decode(given))).toMatchObject({
      code,
      expected: expect.stringContaining(expected) as string,
    });
  });

  it.each([
    ["the gain", "gain", "gain [2, 2, 2]"],
    ["the noise level", "no", "no [2, 2]"],
  ] as const)("of a raw receiver asks for %s", async (_title, name, expected) => {
    const raw = await openRaw();
    const arrived: Reception = {
      ...symbolsAlone,
      gain: Float32Array.of(1, 0, 1, 0, 1, 0, 1, 0),
      no: new Float32Array(4).fill(0.5),
    };
    expect((await raw.decode(arrived)).answer).toHaveLength(2);
    expect(await refused(raw.decode({ ...arrived, [name]: undefined }))).toMatchObject({
      code: "missing-reception",
      expected,
      hint: expect.stringContaining("radio.receive") as string,
    });
  });

  it("answers each transmission as it does alone", async () => {
    const { answer } = await link.decode(reception);
    const alone = await link.decode({
      ...reception,
      batchSize: 1,
      symbols: reception.symbols.slice(4),
      equalizedEsNoDb: Float32Array.of(4),
    });
    expectClose(answer.slice(4), alone.answer, { relative: 1e-5, absolute: 1e-5 });
  });
});

/** A link whose receiver adds up what it is given. */
function openRaw(): Promise<Link> {
  const metadata = cardMetadata(tinyCard({ reception: "raw" }));
  const total = (name: string, width: number): Tensor =>
    sum(input(name, ["batch", 4, width]), { axes: [1, 2], keepDims: false });
  const answer = mul(mul(total("received", 2), total("gain", 2)), total("no", 1));
  const receiver = exportModel({ logits: answer }, new Map(), { name: "receiver", metadata });
  const features = input("features", ["batch", 4, 2]);
  const sender = exportModel({ symbols: mul(features, features) }, new Map(), { name: "encoder", metadata });
  return openLink({ sender, receiver }, runtime);
}
