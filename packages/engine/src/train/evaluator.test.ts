// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { HostTensor } from "../files/index.ts";
import { input } from "../graph/index.ts";
import { Build, Embedding, Linear, paramsOf } from "../nn/index.ts";
import { gelu } from "../ops/index.ts";
import { rngFrom } from "../random/index.ts";
import { nodeRuntime } from "../runtime/node.ts";
import type { NamedTensors, Runtime } from "../runtime/runtime.ts";
import { Evaluator } from "./evaluator.ts";
import { openSessionPool } from "./session-pool.ts";

const WIDTH = 24;
const NUM_WORDS = 10;

async function evaluatorWith(runtime: Runtime, cores?: number): Promise<Evaluator> {
  const model = {
    words: new Embedding({ numEmbeddings: NUM_WORDS, width: WIDTH }),
    mix: new Linear({ inFeatures: WIDTH, outFeatures: WIDTH }),
  };
  const build = new Build(model, { training: false });
  const words = build.apply(model.words, input("words", ["batch"], "int32"));
  const weights = new Map(
    paramsOf(model).map(({ name, shape, init }) => [name, init(shape, rngFrom(3).fold(name))]),
  );
  const y = gelu(build.apply(model.mix, words));
  return Evaluator.create(
    { y },
    {
      runtime,
      weights,
      session: { intraOpThreads: 1 },
      ...(cores === undefined ? {} : { cores }),
    },
  );
}

/** Batches of different sizes, as views of one long array that is written anew for each. */
function* batches(count: number): Generator<{ words: HostTensor }> {
  const reused = new Int32Array(40);
  for (let index = 0; index < count; index++) {
    const size = 1 + ((index * 7) % 20);
    const data = reused.subarray(index, index + size);
    data.set(rngFrom(9).fold(index).integers(size, NUM_WORDS));
    yield { words: { dtype: "int32", shape: [size], data } };
  }
}

const valuesOf = ({ y }: NamedTensors): number[] => Array.from(y!.data as Float32Array);

async function collect(results: AsyncIterable<NamedTensors>): Promise<number[][]> {
  const collected = [];
  for await (const result of results) collected.push(valuesOf(result));
  return collected;
}

describe("an evaluator on several cores", () => {
  let one: Evaluator;
  let three: Evaluator;
  beforeAll(async () => {
    const runtime = await nodeRuntime({ intraOpThreads: 3 });
    one = await evaluatorWith(runtime);
    three = await evaluatorWith(runtime, 5); // at most as many as the runtime may use
  });
  afterAll(async () => {
    await one.release();
    await three.release();
  });

  it("gives the bits of one session, in the order of the batches", async () => {
    expect([one.cores, three.cores]).toEqual([1, 3]);
    const expected = await collect(one.runAll(batches(20)));
    expect(expected.map((values) => values.length / WIDTH)).toEqual(
      Array.from({ length: 20 }, (_, index) => 1 + ((index * 7) % 20)),
    );
    expect(await collect(three.runAll(batches(20)))).toEqual(expected);
  });

  it("gives the same bits while the number of cores changes", async () => {
    const expected = await collect(one.runAll(batches(20)));
    const evaluator = await evaluatorWith(await nodeRuntime({ intraOpThreads: 3 }), 1);
    const changed: number[] = [];
    const changing = async function* (): AsyncGenerator<NamedTensors> {
      let index = 0;
      for (const batch of batches(20)) {
        if (index % 5 === 0) await evaluator.useCores([1, 3, 2, 1][index / 5]!);
        changed.push(evaluator.cores);
        index++;
        yield batch;
      }
    };
    expect(await collect(evaluator.runAll(changing()))).toEqual(expected);
    expect([...new Set(changed)]).toEqual([1, 3, 2]);
    await evaluator.release();
  });

  it("leaves this thread free, also with one core", async () => {
    const { threads, ...runtime } = await nodeRuntime({ intraOpThreads: 1 });
    let numSessions = 0;
    const createSession: Runtime["createSession"] = (...args) => {
      numSessions++;
      return runtime.createSession(...args);
    };
    const evaluator = await evaluatorWith({ ...runtime, threads: threads!, createSession }, 1);
    expect(await collect(evaluator.runAll(batches(3)))).toEqual(await collect(one.runAll(batches(3))));
    expect(numSessions).toBe(0);
    await evaluator.release();
    const alone = await evaluatorWith({ ...runtime, createSession }, 2); // without threads, on this one
    expect([alone.cores, numSessions]).toEqual([1, 1]);
    expect(await collect(alone.runAll(batches(3)))).toEqual(await collect(one.runAll(batches(3))));
    await alone.release();
  });

  it.each([0, 1.5, -1])("refuses %s cores", async (cores) => {
    const refused = expect.objectContaining({ code: "cores" }) as unknown;
    await expect(evaluatorWith(await nodeRuntime({ intraOpThreads: 1 }), cores)).rejects.toThrow(refused);
    await expect(one.useCores(cores)).rejects.toThrow(refused);
    await expect(three.useCores(cores)).rejects.toThrow(refused);
  });

  it("asks for no more batches than it can soon work on", async () => {
    let asked = 0;
    const counted = function* (): Generator<NamedTensors> {
      for (const batch of batches(20)) {
        asked++;
        yield batch;
      }
    };
    const results = three.runAll(counted());
    await results.next();
    await results.return(undefined);
    expect(asked).toBeLessThanOrEqual(2 * 3 + 1);
  });

  it("throws the error of a batch in its place, and goes on working", async () => {
    const results: number[][] = [];
    const withFault = function* (): Generator<NamedTensors> {
      for (const [index, batch] of [...batches(1), ...batches(1), ...batches(1)].entries())
        yield index === 1 ? { words: { ...batch.words, data: Int32Array.of(99) } } : batch;
    };
    const failing = async (): Promise<void> => {
      for await (const result of three.runAll(withFault())) results.push(valuesOf(result));
    };
    await expect(failing()).rejects.toThrow(expect.objectContaining({ code: "run-failed" }));
    expect(results).toHaveLength(1);
    const [batch] = batches(1);
    expect(valuesOf(await three.run(batch!))).toEqual(results[0]);
  });

  it("says in the caller's thread what is wrong with the model", async () => {
    const runtime = await nodeRuntime({ intraOpThreads: 1 });
    await expect(openSessionPool(runtime, Uint8Array.of(1, 2, 3), { cores: 2 })).rejects.toThrow(
      expect.objectContaining({ code: "session-failed" }),
    );
  });
});
