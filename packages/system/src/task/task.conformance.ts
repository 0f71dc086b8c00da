// SPDX-License-Identifier: Apache-2.0
import { Build, input, nameTree, paramsOf, rngFrom } from "@semlink/engine";
import { expectClose } from "@semlink/engine/testing";
import { beforeAll, describe, expect, it } from "vitest";
import type { Dataset } from "../data/dataset.ts";
import { openGraph, type OpenGraph, type Values } from "../open-graph.fixture.ts";
import { figureInfoSchema } from "../results/figures.ts";
import type { Figure, Received, Task, Truth, TruthFeeds } from "./task.ts";

/** What the suite knows about a task from elsewhere. */
export interface TaskFacts {
  /** Its test set holds at least 100 items, a batch of which has different truths. */
  readonly data: Dataset;
  /** [count, answerDim] answers that are right, and sure of it, for items of a set. */
  readonly rightAnswers: (truth: Truth, indices: Uint32Array) => Float32Array;
  /** Another answer that the soft term does not tell from the given one. */
  readonly sameToSoft: (answer: Float32Array) => Float32Array;
}

const EMBED_DIM = 6;
const BATCH = 5;
const COUNT = 100;

/** The laws of every task. */
export function taskConformance(task: Task, { data, rightAnswers, sameToSoft }: TaskFacts): void {
  describe(`task: ${task.name}`, () => {
    const sizes = task.sizes(data);
    const answerDim = task.answerDim(sizes);
    const set = { ...data.test, count: COUNT };
    const sent = rngFrom(1).normal(COUNT * EMBED_DIM);
    const truth: Truth = { set, sizes, sent };
    const all = Uint32Array.from({ length: COUNT }, (_, i) => i);
    const batch = all.subarray(0, BATCH);
    const options = { temperature: 2, labelSmoothing: 0 };
    let losses: OpenGraph<"hard" | "soft">;
    let feeds: Values;
    const right = rightAnswers(truth, batch);
    const drawn = (seed: number): Float32Array => rngFrom(seed).normal(BATCH * answerDim);

    beforeAll(async () => {
      const answer = input("answer", ["batch", answerDim]);
      const hard = task.hard(answer, task.truthInputs(sizes), options);
      const soft = task.soft(answer, input("said", ["batch", answerDim]), options);
      expect([hard.shape, soft.shape]).toEqual([[], []]);
      losses = await openGraph({ hard, soft });
      feeds = valuesOf(task.truth(set), batch);
    });
    const loss = async (term: "hard" | "soft", answer: Float32Array, said = answer): Promise<number> =>
      (await losses.run({ ...feeds, answer, said }))[term][0]!;

    it("has a head from embedding to answer, which starts as the map that is given", async () => {
      const map = { weight: rngFrom(2).normal(answerDim * EMBED_DIM), bias: rngFrom(3).normal(answerDim) };
      for (const start of [null, map]) {
        const network = { head: task.head(EMBED_DIM, sizes, start) };
        const build = new Build(network, { training: false });
        const embedding = input("embedding", ["batch", EMBED_DIM]);
        expect(build.apply(network.head, embedding).shape).toEqual(["batch", answerDim]);
      }
      const network = { head: task.head(EMBED_DIM, sizes, map) };
      const build = new Build(network, { training: false });
      const answer = build.apply(network.head, input("embedding", ["batch", EMBED_DIM]));
      const { run } = await openGraph({ answer }, startOf(network));
      const embedding = sent.subarray(0, BATCH * EMBED_DIM);
      const expected = Float32Array.from({ length: BATCH * answerDim }, (_, i) => {
        const [row, column] = [Math.floor(i / answerDim), i % answerDim];
        let sum = map.bias[column]!;
        for (let d = 0; d < EMBED_DIM; d++)
          sum += map.weight[column * EMBED_DIM + d]! * embedding[row * EMBED_DIM + d]!;
        return sum;
      });
      expectClose((await run({ embedding })).answer, expected, { relative: 1e-4, absolute: 1e-5 });
    });

    it("feeds the inputs of its truth, by their names, for any items in any order", () => {
      const inputs = task.truthInputs(sizes);
      const indices = Uint32Array.of(7, 2, 2);
      const gathered = task.truth(set).gather(indices);
      expect(Object.keys(gathered).sort()).toEqual(Object.keys(inputs).sort());
      for (const [name, { dtype, shape }] of Object.entries(inputs)) {
        const fed = gathered[name]!;
        expect([fed.dtype, fed.shape]).toEqual([dtype, [indices.length, ...shape.slice(1)]]);
        const width = fed.data.length / indices.length;
        expect(fed.data.slice(width, 2 * width)).toEqual(fed.data.slice(2 * width));
      }
      expect(Object.keys(task.truthInputs(sizes, "second:"))).toEqual(Object.keys(inputs));
    });

    it("takes for learning from the truth some of the items that are asked for, in their order", () => {
      const asked = Uint32Array.of(9, 3, 4);
      const usable = [...task.truth(set).usable(asked)];
      expect([...asked].filter((index) => usable.includes(index))).toEqual(usable);
    });

    it("has a hard term that is least at the truth", async () => {
      const least = await loss("hard", right);
      const turned = Float32Array.from(right, (_, i) => right[(i + answerDim) % right.length]!);
      expect(await loss("hard", turned)).toBeGreaterThan(least + 1e-3);
      for (const seed of [4, 5, 6]) {
        const away = drawn(seed);
        expect(await loss("hard", away)).toBeGreaterThan(least);
        // On the way to the truth it falls all along.
        const between = away.map((value, i) => (value + right[i]!) / 2);
        expect(await loss("hard", between)).toBeLessThan(await loss("hard", away));
      }
    });

    it("has a soft term that is 0 for what it takes as equal, and above 0 for anything else", async () => {
      for (const seed of [7, 8, 9]) {
        const said = drawn(seed);
        expect(Math.abs(await loss("soft", sameToSoft(said), said))).toBeLessThan(1e-5);
        expect(await loss("soft", drawn(seed + 10), said)).toBeGreaterThan(1e-3);
      }
    });

    it("does not let one item's terms depend on the order of the others", async () => {
      const reversed = Float32Array.from(right, (_, i) => {
        const [row, column] = [Math.floor(i / answerDim), i % answerDim];
        return right[(BATCH - 1 - row) * answerDim + column]!;
      });
      const backwards = valuesOf(task.truth(set), batch.slice().reverse());
      const turned = await losses.run({ ...backwards, answer: reversed, said: reversed });
      expect(turned.hard[0]).toBeCloseTo(await loss("hard", right), 5);
    });

    const figures = task.figures(sizes);
    const noise = rngFrom(22).normal(sent.length);
    const received: Received = {
      decisions: task.decide(rngFrom(20).normal(COUNT * answerDim), sizes),
      guessed: rngFrom(21).uniform(COUNT),
      embedding: sent.map((value, i) => value + noise[i]!),
    };

    it("has figures by names of their own that say what they are", () => {
      expect(figures.length).toBeGreaterThan(0);
      expect(new Set(figures.map(({ id }) => id)).size).toBe(figures.length);
      for (const { id, label, meaning, unit, isShare, chance } of figures) {
        const info = { id, label, meaning, unit, isShare, chance };
        expect(figureInfoSchema.parse(info)).toEqual(info);
      }
    });

    it("has a leading figure that is 1 for right answers", () => {
      const decisions = task.decide(rightAnswers(truth, all), sizes);
      expect(new Set(figures[0]!.ofItems({ decisions, embedding: sent }, truth))).toEqual(new Set([1]));
    });

    describe.each(figures.map((figure): [string, Figure] => [figure.id, figure]))(
      "figure %s",
      (_id, figure) => {
        it("lies in [0, 1] where it is a share", () => {
          const outcomes = figure.ofItems(received, truth)!;
          expect(outcomes.length).toBeGreaterThan(0);
          const [least, most] = [Math.min(...outcomes), Math.max(...outcomes)];
          expect(Number.isFinite(least) && Number.isFinite(most)).toBe(true);
          if (figure.isShare) expect(least >= 0 && most <= 1).toBe(true);
        });

        it("is not defined for a receiver that gives nothing", () => {
          expect(figure.ofItems({}, truth)).toBeNull();
        });

        it("goes with the items when they change places", () => {
          const order = rngFrom(23).permutation(COUNT);
          const moved = {
            decisions: Uint8Array.from(order, (i) => received.decisions![i]!),
            guessed: Float32Array.from(order, (i) => received.guessed![i]!),
            embedding: rowsAt(received.embedding!, order),
          };
          const labels = Uint8Array.from(order, (i) => set.labels[i]!);
          const outcomes = figure.ofItems(received, truth)!;
          const after = figure.ofItems(moved, {
            ...truth,
            set: { ...set, labels },
            sent: rowsAt(sent, order),
          });
          const expected = Float32Array.from(order, (i) => outcomes[i]!);
          expectClose(after!, expected, { relative: 1e-6, absolute: 1e-6 });
        });
      },
    );

    it("has a leading figure at its chance where everything is guessed", () => {
      const leading = figures[0]!;
      const guessed = new Float32Array(COUNT).fill(1);
      const outcomes = leading.ofItems({ ...received, guessed }, truth)!;
      for (const outcome of outcomes) expect(outcome).toBeCloseTo(leading.chance!, 6);
    });
  });
}

function rowsAt(values: Float32Array, rows: Uint32Array): Float32Array {
  return Float32Array.from({ length: rows.length * EMBED_DIM }, (_, i) => {
    return values[rows[Math.floor(i / EMBED_DIM)]! * EMBED_DIM + (i % EMBED_DIM)]!;
  });
}

function valuesOf(feeds: TruthFeeds, indices: Uint32Array): Values {
  const gathered = Object.entries(feeds.gather(indices));
  return Object.fromEntries(gathered.map(([name, { data }]) => [name, data as Float32Array | Int32Array]));
}

/** Parameters as training starts with them. */
function startOf(network: object): Map<string, Float32Array> {
  nameTree(network);
  return new Map(
    paramsOf(network).map(({ name, shape, init }) => [name, init(shape, rngFrom(1).fold(name))]),
  );
}
