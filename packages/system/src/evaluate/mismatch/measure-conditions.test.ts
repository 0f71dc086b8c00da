// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { unlearnedLines } from "../../lines/label/unlearned-lines.ts";
import { simplexAccuracy } from "../../lines/label/simplex-accuracy.ts";
import { simplexCodebook } from "../../lines/label/simplex.ts";
import { channelId, type ChannelSpec } from "../../channel/channel-spec.ts";
import { eachTempFolder } from "../../temp-folder.fixture.ts";
import { codewordLink } from "../fake-links.fixture.ts";
import {
  measureConditions,
  type MeasuredConditions,
  readConditions,
  type TestSetting,
} from "./measure-conditions.ts";
import { baselineSystem, linkSystem, type TestedSystem } from "./tested-system.ts";

const tempFolder = eachTempFolder();

const [COUNT, NUM_CLASSES, NUM_SYMBOLS] = [1200, 4, 2];
const labels = Uint8Array.from({ length: COUNT }, (_, image) => image % NUM_CLASSES);
const setting: TestSetting = {
  labels,
  numClasses: NUM_CLASSES,
  esNoDb: [-3, 4],
  numSymbols: NUM_SYMBOLS,
  rng: rngFrom(3),
};

const withReceiver = (receiver: object): ChannelSpec => ({ model: "rayleigh-block", receiver });
const channels: readonly ChannelSpec[] = [
  "awgn",
  "rayleigh-block",
  withReceiver({ esNoOffsetDb: 10 }),
  withReceiver({ csi: "es-no" }),
  { model: "awgn", impairments: [{ impairment: "erasures", probability: 1 }] },
];
const [awgn, fading, wronglyTold, unknownPhase, lost] = channels.map(channelId) as [
  string,
  string,
  string,
  string,
  string,
];

/** A perfect device that sends its label by the label code, and the same as a link. */
async function bothSystems(): Promise<TestedSystem[]> {
  const embeddings = Float32Array.from(labels);
  const codebook = simplexCodebook(NUM_CLASSES, NUM_SYMBOLS);
  const link = codewordLink(codebook, NUM_CLASSES, [NUM_SYMBOLS], ([label]) => label!);
  const device = { numClasses: NUM_CLASSES, predictions: labels };
  return [
    linkSystem("link", link, embeddings, COUNT),
    await baselineSystem(unlearnedLines["label-code"], device),
  ];
}

async function measure(
  systems: readonly TestedSystem[],
  changes: Partial<TestSetting> = {},
  onCondition: (done: number, total: number) => void = () => undefined,
): Promise<MeasuredConditions[]> {
  const folder = tempFolder();
  await measureConditions({ folder, systems, channels, setting: { ...setting, ...changes }, onCondition });
  return Promise.all(systems.map((system) => readConditions(folder, system, channels)));
}

function accuracy(measured: MeasuredConditions, channel: string, esNoDb: number): number {
  const { correct } = measured.get(channel)!.get(esNoDb)!;
  return correct.reduce((sum, value) => sum + value, 0) / correct.length;
}

describe("measureConditions", () => {
  it("measures the closed form of the label code over AWGN and Rayleigh block fading", async () => {
    const [, code] = await measure(await bothSystems());
    for (const channel of [awgn, fading]) {
      for (const esNoDb of setting.esNoDb) {
        const expected = simplexAccuracy({
          numClasses: NUM_CLASSES,
          numSymbols: NUM_SYMBOLS,
          channel,
          esNoDb,
        });
        const sigma = Math.sqrt((expected * (1 - expected)) / COUNT);
        expect(Math.abs(accuracy(code!, channel, esNoDb) - expected)).toBeLessThan(5 * sigma);
      }
    }
  });

  it("gives all systems the same fades and noise: a link that sends the code is right on the same images", async () => {
    const [link, code] = await measure(await bothSystems());
    for (const channel of [awgn, fading]) {
      const figures = [link, code].map((measured) => measured!.get(channel)!.get(4)!.correct);
      expect(figures[0]).toEqual(figures[1]);
    }
  });

  it("changes nothing for a code that is not told Es/N0 when what is told is wrong", async () => {
    const [, code] = await measure(await bothSystems());
    expect(code!.get(wronglyTold)).toEqual(code!.get(fading));
  });

  it("leaves a guess where phases are unknown or nothing arrives", async () => {
    const [, code] = await measure(await bothSystems());
    // Of a simplex of 4 words in 4 real dimensions, no word is another turned by a phase, but each phase is as likely
    // as any: right less often than with a known gain, whatever Es/N0.
    expect(accuracy(code!, unknownPhase, 4)).toBeLessThan(accuracy(code!, fading, 4) - 0.2);
    const sigma = Math.sqrt(((1 / 4) * (3 / 4)) / COUNT);
    expect(Math.abs(accuracy(code!, lost, 4) - 1 / 4)).toBeLessThan(5 * sigma);
  });

  it("tells the progress after each channel", async () => {
    const told: number[][] = [];
    await measure(await bothSystems(), {}, (done, total) => told.push([done, total]));
    expect(told).toEqual([1, 2, 3, 4, 5].map((done) => [done, 5]));
  });

  it("leaves out a channel that a system does not support", async () => {
    const [link] = await bothSystems();
    const [measured] = await measure([{ ...link!, supports: ({ name }) => name !== lost }]);
    expect([...measured!.keys()]).toEqual([awgn, fading, wronglyTold, unknownPhase]);
  });

  it("goes on where it was stopped, and measures damaged files again, to the same figures", async () => {
    const systems = await bothSystems();
    const stop = new AbortController();
    const stopped = measure(systems, { signal: stop.signal }, (done) => {
      if (done === 2) stop.abort(new Error("stopped"));
    });
    await expect(stopped).rejects.toThrow("stopped");
    const files = (await readdir(tempFolder())).toSorted();
    expect(files.length).toBe(2 * systems.length);
    const [damaged, ...whole] = files.map((name) => join(tempFolder(), name));
    await writeFile(damaged!, "nothing of the kind");
    const timesOf = (paths: readonly string[]): Promise<number[]> =>
      Promise.all(paths.map(async (path) => (await stat(path)).mtimeMs));
    const times = await timesOf(whole);
    const resumed = await measure(systems);
    expect(await timesOf(whole)).toEqual(times);
    await rm(tempFolder(), { recursive: true });
    await mkdir(tempFolder());
    expect(await measure(systems)).toEqual(resumed);
  });
});

describe("readConditions", () => {
  it("says corrupt-file for a condition that was not measured, so that the stage is run again", async () => {
    const reading = readConditions(tempFolder(), { name: "link", supports: () => true }, channels);
    await expect(reading).rejects.toThrow(expect.objectContaining({ code: "corrupt-file" }));
  });
});
