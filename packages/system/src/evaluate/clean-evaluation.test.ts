// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { imageLength } from "../data/dataset.ts";
import { studentNetwork } from "../link/networks.ts";
import { tinyProblem } from "../link/tiny-problem.fixture.ts";
import { watchedRuntime } from "../train/watched-runtime.fixture.ts";
import { drawnWeights } from "../open-graph.fixture.ts";
import { openTeacher } from "../teacher/node/open-teacher.ts";
import { embeddingStatistics } from "../teacher/spaces.ts";
import { writeLinearTeacher } from "../teacher/node/linear-teacher.fixture.ts";
import { runTeacher } from "../teacher/teacher.ts";
import { eachTempFolder } from "../temp-folder.fixture.ts";
import { evaluateClean } from "./clean-evaluation.ts";
import { predictionsOf } from "../task/classify/decisions.ts";
import { runStudent } from "./link-evaluation.ts";

const { data, shape, experiment } = tinyProblem();
const folder = eachTempFolder();

describe("evaluateClean", () => {
  it("is the decisions of teacher and students, and R^2 of students that imitate the teacher", async () => {
    const rng = rngFrom(1);
    const { embedDim, numClasses } = shape;
    await writeLinearTeacher(folder(), data, {
      embed: rng.fold("embed").normal(embedDim * imageLength(data.train)),
      weight: rng.fold("weight").normal(numClasses * embedDim),
      bias: rng.fold("bias").normal(numClasses),
    });
    const { runtime, signal } = await watchedRuntime();
    const teacher = await openTeacher(folder(), runtime);
    const statistics = embeddingStatistics((await runTeacher(teacher, data.train)).embedding, embedDim);
    const network = studentNetwork(shape, experiment.student, null);
    const weights = drawnWeights(network, 2);

    const { student } = experiment;
    const clean = await evaluateClean({
      data,
      shape,
      student,
      teacherFolder: folder(),
      statistics,
      students: { taught: { weights, isTaught: true }, alone: { weights, isTaught: false } },
      runtime,
      signal,
    });

    const taught = await runTeacher(teacher, data.test);
    expect(clean["teacher"]).toEqual({ predictions: [...predictionsOf(taught.answer!, numClasses)] });
    const said = await runStudent(network, data.test, { data, shape, weights, runtime, signal });
    expect(clean["alone"]).toEqual({ predictions: [...said.predictions] });
    expect(clean["taught"]!.predictions).toEqual([...said.predictions]);

    const standardized = taught.embedding.map((value, i) => {
      return (value - statistics.mean[i % embedDim]!) / statistics.std[i % embedDim]!;
    });
    let [missed, variance] = [0, 0];
    for (let d = 0; d < embedDim; d++) {
      const column = standardized.filter((_, i) => i % embedDim === d);
      const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
      variance += column.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      missed += column.reduce(
        (sum, value, row) => sum + (value - said.embeddings[row * embedDim + d]!) ** 2,
        0,
      );
    }
    expect(clean["taught"]!.r2).toBeCloseTo(1 - missed / variance, 4);
  });
});
