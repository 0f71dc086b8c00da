// SPDX-License-Identifier: Apache-2.0
import type { NamedTensors, Runtime } from "@semlink/engine";
import { Build, Evaluator, input, nameTree, paramsOf, rngFrom } from "@semlink/engine";
import type { StudentConfig } from "../../student/student-config.ts";
import type { Primitive } from "../../cells/primitives/primitive.ts";
import { median } from "../../numbers/statistics.ts";
import { type EncoderShape, studentEncoder } from "../../student/student-encoder.ts";

/** How often each network is run. */
export interface LatencyRuns {
  readonly numWarmup: number;
  readonly numRuns: number;
}

/** Something that is timed. */
export type TimedRun = () => Promise<unknown>;

/**
 * Median time of each run [ms]. The runs take turns, so that a machine that becomes slower does so for all alike.
 *
 * @param now - clock [ms]
 */
export async function medianLatencies(
  runs: readonly TimedRun[],
  { numWarmup, numRuns }: LatencyRuns,
  now: () => number,
): Promise<number[]> {
  const times = runs.map((): number[] => []);
  for (let turn = 0; turn < numWarmup + numRuns; turn++) {
    for (const [index, run] of runs.entries()) {
      const start = now();
      await run();
      if (turn >= numWarmup) times[index]!.push(now() - start);
    }
  }
  return times.map(median);
}

/** Networks that are timed, and how. */
export interface LatencyOptions extends LatencyRuns {
  readonly students: readonly StudentConfig[];
  /** The primitives that the genotype of a student may name. */
  readonly primitivesOf: (student: StudentConfig) => readonly Primitive[];
  readonly shape: EncoderShape;
  /** With one thread inside operators. */
  readonly runtime: Runtime;
  readonly signal: AbortSignal;
}

/** Time that each student's encoder takes for one image on this machine [ms], see {@link medianLatencies}. */
export async function measureLatencies(options: LatencyOptions): Promise<number[]> {
  const { students, shape, signal } = options;
  const [channels, height, width] = shape.imageShape;
  const data = rngFrom(0).normal(channels * height * width);
  const feeds: NamedTensors = { images: { dtype: "float32", shape: [1, channels, height, width], data } };
  const encoders = await Promise.all(students.map((student) => openEncoder(student, options)));
  const runs = encoders.map((encoder): TimedRun => () => {
    signal.throwIfAborted();
    return encoder.run(feeds);
  });
  const latencies = await medianLatencies(runs, options, () => performance.now());
  for (const encoder of encoders) await encoder.release();
  return latencies;
}

/** An encoder as it would be exported, with the weights that training starts from. */
function openEncoder(
  student: StudentConfig,
  { shape, primitivesOf, runtime }: LatencyOptions,
): Promise<Evaluator> {
  const root = { encoder: studentEncoder(student, shape, primitivesOf(student)) };
  nameTree(root);
  const rng = rngFrom(0);
  const weights = new Map(
    paramsOf(root).map((param) => [param.name, param.init(param.shape, rng.fold(param.name))]),
  );
  const build = new Build(root, { training: false });
  const embedding = build.apply(root.encoder, input("images", ["batch", ...shape.imageShape]));
  return Evaluator.create({ embedding }, { runtime, weights });
}
