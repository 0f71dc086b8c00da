// SPDX-License-Identifier: Apache-2.0
import { expectClose } from "@semlink/engine/testing";
import { readOnnx } from "@semlink/onnx-import";
import { describe, expect, it } from "vitest";
import { openRadio } from "../../channel/channel-spec.ts";
import { tinyProblem } from "../../link/tiny-problem.fixture.ts";
import { eachTempFolder } from "../../temp-folder.fixture.ts";
import { watchedRuntime } from "../../train/watched-runtime.fixture.ts";
import { deepJscc, easyToHard } from "./deep-jscc.ts";
import { openLearned, stageOneWeights, trainLearned } from "./learned-line.fixture.ts";

const folder = eachTempFolder();
const { problem } = tinyProblem();
const { robust, code } = problem;
const caseOf = (settings: object): Parameters<typeof openLearned>[0] => ({
  title: "deep-jscc",
  line: deepJscc,
  settings: { width: 16, numLayers: 1, ...settings },
});

describe("easyToHard", () => {
  const range = { min: -10, max: 20 };

  it("falls from the high end to the low one over its share of a phase, and stays there", () => {
    const lowEnds = [0, 0.25, 0.5, 1].map((progress) => easyToHard(range, progress, 0.5).min);
    expect(lowEnds).toEqual([20, 5, -10, -10]);
    expect([0, 0.25, 1].map((progress) => easyToHard(range, progress, 1).min)).toEqual([20, 12.5, -10]);
    expect(easyToHard(range, 0.1, 0.5).max).toBe(20);
  });

  it("is the whole range from the start where the share is 0", () => {
    expect(easyToHard(range, 0, 0)).toEqual(range);
  });
});

describe("deep JSCC", () => {
  it.each([
    [0, false],
    [1, true],
  ])(
    "meets Es/N0 by easyToHard: with %d, the highest alone at the first step: %s",
    async (share, isHighest) => {
      const watched = await watchedRuntime();
      await trainLearned(caseOf({ easyToHard: share }), { folder: folder(), watched });
      const [first, ...rest] = watched.fed("esNoDb");
      expect(first!.every((level) => level === code.esNoDb.max)).toBe(isHighest);
      expect(rest.some((step) => step.some((level) => level < code.esNoDb.max - 5))).toBe(true);
    },
  );

  it("that is not told Es/N0 is exported without such an input, and runs all the same", async () => {
    const opened = openLearned(caseOf({ esNoInput: false }));
    const namesOf = (part: "encoder" | "transmitter" | "receiver"): string[] =>
      readOnnx(opened.files[part], part)
        .inputs.map(({ name }) => name)
        .sort();
    expect(namesOf("encoder")).toEqual(["features"]);
    expect(namesOf("transmitter")).toEqual(["images"]);
    expect(namesOf("receiver")).toEqual(["mask", "received"]);
    const link = await opened.open();
    const channel = openRadio("awgn");
    const told = { batchSize: 2, channel };
    const sent = await link.encode(new Float32Array(2 * problem.embedDim).fill(1), { ...told, esNoDb: 0 });
    const symbols = sent.slice(0, 2 * 2 * 2);
    const [low, high] = [await decodeAt(-10), await decodeAt(20)];
    expect(low).toEqual(high);

    async function decodeAt(esNoDb: number): Promise<Float32Array> {
      const equalizedEsNoDb = new Float32Array(2).fill(esNoDb);
      return (await link.decode({ ...told, esNoDb, symbols, numSymbols: 2, equalizedEsNoDb })).answer;
    }
  });

  it("starts its convolutions as the student's, and draws them where it is told to", async () => {
    const frozen = { phaseB: { ...robust.phaseB, encoderScale: 0 } };
    const taught = stageOneWeights(tinyProblem());
    const convolutions = [...taught.keys()].filter((name) => name.endsWith("conv.weight"));
    expect(convolutions.length).toBeGreaterThan(0);
    const warm = await trainLearned(caseOf({ warmStart: true }), {
      folder: `${folder()}/warm`,
      robust: frozen,
    });
    const drawn = await trainLearned(caseOf({ warmStart: false }), {
      folder: `${folder()}/drawn`,
      robust: frozen,
    });
    for (const name of convolutions) {
      expectClose(warm.weights.get(name)!, taught.get(name)!, { relative: 1e-6, absolute: 1e-7 });
      const differences = drawn.weights.get(name)!.map((value, i) => Math.abs(value - taught.get(name)![i]!));
      expect(Math.max(...differences)).toBeGreaterThan(0.01);
    }
  });

  it.each([0, 1])(
    "sends the share %d of its transmissions without noise where it says so",
    async (cleanFraction) => {
      const watched = await watchedRuntime();
      await trainLearned(caseOf({ cleanFraction }), { folder: folder(), watched });
      const levels = watched.fed("no").flatMap((step) => [...step]);
      expect(levels.filter((no) => no === 0).length).toBe(cleanFraction * levels.length);
    },
  );

  it("learns at its own multiple of the phases' rates: next to none leaves the convolutions in place", async () => {
    const taught = stageOneWeights(tinyProblem());
    const moved = async (rateScale: number): Promise<number> => {
      const { weights } = await trainLearned(caseOf({ rateScale }), { folder: `${folder()}/${rateScale}` });
      const convolutions = [...taught.keys()].filter((name) => name.endsWith("conv.weight"));
      return Math.max(
        ...convolutions.flatMap((name) =>
          [...weights.get(name)!].map((value, i) => Math.abs(value - taught.get(name)![i]!)),
        ),
      );
    };
    expect(await moved(1e-6)).toBeLessThan(1e-7);
    expect(await moved(1)).toBeGreaterThan(1e-5);
  });

  it("trains from the images alone where its convolutions are drawn", async () => {
    const watched = await watchedRuntime();
    await trainLearned(caseOf({ warmStart: false }), { folder: folder(), watched });
    expect(watched.trainings.map((inputs) => inputs.includes("images"))).toEqual([true]);
  });

  it("never looks at the teacher", async () => {
    const watched = await watchedRuntime();
    await trainLearned(caseOf({}), { folder: folder(), watched });
    expect(watched.trainings.length).toBe(2);
    for (const inputs of watched.trainings)
      expect(inputs.filter((name) => name.startsWith("teacher"))).toEqual([]);
  });
});
