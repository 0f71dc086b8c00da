// SPDX-License-Identifier: Apache-2.0
import { Build, input, paramsOf, rngFrom } from "@semlink/engine";
import { readMetrics } from "@semlink/engine/node";
import { expectClose } from "@semlink/engine/testing";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { channelKinds } from "../../channel/channel-model.ts";
import { openRadio } from "../../channel/channel-spec.ts";
import { noFromEsNoDb } from "../../channel/decibel.ts";
import { mixDraws } from "../../channel/radio-mixture.ts";
import { readLinkCard } from "../../link/link-card.ts";
import { throughTheAir } from "../../link/link-graph.ts";
import { transmissionInputs } from "../../link/transmission-draws.ts";
import { openGraph, type Values } from "../../open-graph.fixture.ts";
import { eachTempFolder } from "../../temp-folder.fixture.ts";
import { watchedRuntime } from "../../train/watched-runtime.fixture.ts";
import { lineConformance } from "../line.conformance.ts";
import { exportedLine } from "./exported-line.ts";
import { type LearnedCase, openLearned, trainLearned } from "./learned-line.fixture.ts";

const [BATCH, ES_NO_DB] = [5, 3];
const FLOAT_ERROR = { relative: 1e-4, absolute: 1e-4 };
const RADIOS = ["awgn", "rayleigh-block", { model: "rayleigh", form: "fast" as const }].map((spec) =>
  openRadio(spec),
);

/** Tests that a learned line keeps what it declares: its graph, its export, and its training. */
export function learnedLineConformance(tested: LearnedCase): void {
  const { line, title } = tested;
  const opened = openLearned(tested);
  const { tiny, settings, network, graph, weights, models, card, files } = opened;
  const { problem } = tiny;
  const { lengths } = problem.code;
  const maxSymbols = lengths.at(-1)!;
  const count = 24;
  const source = rngFrom(1).normal(count * problem.embedDim);
  const link = opened.open();
  const partOf = (first: number, size: number): Float32Array =>
    source.slice(first * problem.embedDim, (first + size) * problem.embedDim);

  lineConformance({
    title: `${title} with drawn weights`,
    declares: { ...line.declares(settings), lengths },
    open: async (first, size) =>
      exportedLine(await link, { ...problem, source: partOf(first, size), count: size }),
    count,
    numAnswers: problem.task.answerDim(problem.sizes),
    lengths,
  });

  describe(`learned line: ${title}`, () => {
    it("has settings that its own schema takes as they are", () => {
      expect(line.settings.parse(settings)).toEqual(settings);
    });

    it("has a device that answers by itself where it says so, and only there", () => {
      expect(graph.deviceAnswer !== undefined).toBe(line.decides ?? false);
    });

    it("has a graph of the reception that it declares", () => {
      expect(graph.reception).toBe(line.declares(settings).reception);
    });

    it("never tells the sender the length, so that symbols already sent stay as they are", async () => {
      const { inputNames } = await openGraph(models.encoder, weights);
      for (const name of inputNames) expect(["features", "esNoDb", "kind"]).toContain(name);
    });

    it("reads nothing behind the end of a transmission", async () => {
      const receiver = await openGraph(models.receiver, weights);
      const isBehind = (i: number, width: number): boolean =>
        Math.floor(i / width) % maxSymbols >= lengths[0]!;
      const noise = rngFrom(5);
      const feeds = (behind: number): Values => ({
        ...told(0),
        received: noise
          .fold("received")
          .normal(BATCH * maxSymbols * 2)
          .map((v, i) => (isBehind(i, 2) ? behind : v)),
        gain: noise
          .fold("gain")
          .normal(BATCH * maxSymbols * 2)
          .map((v, i) => (isBehind(i, 2) ? behind : v)),
        no: Float32Array.from({ length: BATCH * maxSymbols }, (_, i) =>
          isBehind(i, 1) ? Math.abs(behind) : 0.5,
        ),
        mask: maskOf(lengths[0]!),
        equalizedEsNoDb: new Float32Array(BATCH).fill(ES_NO_DB),
      });
      expect(await receiver.run(feeds(7))).toEqual(await receiver.run(feeds(0)));
    });

    it.each(RADIOS.flatMap((radio) => lengths.map((numSymbols) => [radio.name, numSymbols, radio] as const)))(
      "exports what training trains: over %s, %d symbols",
      async (_name, numSymbols, radio) => {
        const build = new Build(network, { training: false });
        const features = input("features", ["batch", problem.embedDim]);
        const inputs = transmissionInputs(maxSymbols, channelKinds.length, [radio]);
        const inGraph = await openGraph<string>(
          { ...throughTheAir(build, graph, features, inputs, [radio]) },
          weights,
        );
        const draw = radio.draw(rngFrom(3), { batchSize: BATCH, numSymbols: maxSymbols });
        const expected = await inGraph.run({
          ...mixDraws([radio], [draw], new Uint32Array(BATCH), maxSymbols),
          ...told(radio.kindIndex),
          features: partOf(0, BATCH),
          no: new Float32Array(BATCH).fill(noFromEsNoDb(ES_NO_DB)),
          mask: maskOf(numSymbols),
        });

        const exported = await link;
        const answers: Float32Array[] = [];
        const heard = {
          ...exported,
          decode: async (reception: Parameters<typeof exported.decode>[0]) => {
            const decoded = await exported.decode(reception);
            answers.push(decoded.answer);
            return decoded;
          },
        };
        const prepared = exportedLine(heard, { ...problem, source: partOf(0, BATCH), count: BATCH });
        const received = await prepared.transmit({ radio, draw, esNoDb: ES_NO_DB, numSymbols });
        expectClose(answers[0]!, expected["answer"]!, FLOAT_ERROR);
        expect(received.embedding !== undefined).toBe(expected["embedding"] !== undefined);
        if (received.embedding) expectClose(received.embedding, expected["embedding"]!, FLOAT_ERROR);
      },
    );

    it("has a card that each of its models gives back", () => {
      for (const [part, bytes] of Object.entries(files)) expect(readLinkCard(bytes, part)).toEqual(card);
    });
  });

  /** What either side is told of each item. */
  function told(kindIndex: number): Values {
    const numKinds = channelKinds.length;
    return {
      esNoDb: new Float32Array(BATCH).fill(ES_NO_DB),
      kind: Float32Array.from({ length: BATCH * numKinds }, (_, i) => (i % numKinds === kindIndex ? 1 : 0)),
    };
  }

  function maskOf(numSymbols: number): Float32Array {
    return Float32Array.from({ length: BATCH * maxSymbols }, (_, i) => (i % maxSymbols < numSymbols ? 1 : 0));
  }

  trainingLaws(tested);
}

function trainingLaws(tested: LearnedCase): void {
  const { robust } = openLearned(tested).tiny.problem;

  describe(`training of ${tested.title}`, () => {
    const folder = eachTempFolder();

    it("lowers the loss in each phase", async () => {
      await trainLearned(tested, {
        folder: folder(),
        robust: {
          phaseA: { ...robust.phaseA, steps: 100, peakLearningRate: 0.01 },
          phaseB: { ...robust.phaseB, epochs: 25, peakLearningRate: 0.01 },
        },
      });
      const phases = readdirSync(folder());
      expect(phases.length).toBeGreaterThan(0);
      for (const phase of phases) {
        const logged = await readMetrics(join(folder(), phase, "metrics.jsonl"));
        expect(logged.map(({ step }) => step)).toEqual([50, 100]);
        expect(logged[1]!["loss"]).toBeLessThan(logged[0]!["loss"]!);
      }
    });

    it("reaches every parameter with a gradient", async () => {
      // Without decay, Adam moves a parameter only when it meets a gradient.
      const { network, start, weights } = await trainLearned(tested, {
        folder: folder(),
        robust: { weightDecay: 0, averageDecay: 0 },
      });
      const trained = paramsOf(network).filter(({ trainable }) => trainable);
      const drawn = trained.filter(({ name }) => !start.has(name));
      const still = trained.filter(
        ({ name }) => start.has(name) && isSame(weights.get(name)!, start.get(name)!),
      );
      expect(still.map(({ name }) => name)).toEqual([]);
      const other = await trainLearned(tested, {
        folder: join(folder(), "other"),
        robust: { weightDecay: 0, averageDecay: 0, labelSmoothing: 0.4 },
      });
      const unmoved = drawn.filter(({ name }) => isSame(weights.get(name)!, other.weights.get(name)!));
      expect(unmoved.map(({ name }) => name)).toEqual([]);
    });

    it.each([1, 2])(
      "has the bits of a run that was stopped and started again, in phase %d of its steps",
      async (half) => {
        const straight = await watchedRuntime();
        const whole = await trainLearned(tested, { folder: join(folder(), "straight"), watched: straight });
        const stopAfter = half === 1 ? 2 : straight.numSteps() - 2;
        const stopped = await watchedRuntime(stopAfter);
        const again = join(folder(), "again");
        await expect(trainLearned(tested, { folder: again, watched: stopped })).rejects.toThrow(
          "stopped by the test",
        );
        const rest = await watchedRuntime();
        const resumed = await trainLearned(tested, { folder: again, watched: rest });
        expect(stopped.numSteps() + rest.numSteps()).toBe(straight.numSteps());
        expect(Object.fromEntries(resumed.weights)).toEqual(Object.fromEntries(whole.weights));
      },
    );
  });
}

function isSame(a: Float32Array, b: Float32Array): boolean {
  return a.every((value, i) => value === b[i]);
}
