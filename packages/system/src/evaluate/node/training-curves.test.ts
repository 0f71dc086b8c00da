// SPDX-License-Identifier: Apache-2.0
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { eachTempFolder } from "../../temp-folder.fixture.ts";
import { trainingCurves } from "./measured-file.ts";

const folder = eachTempFolder();

describe("trainingCurves", () => {
  it("is a curve for each metric over the steps", async () => {
    const lines = [
      { step: 50, loss: 2, hard: 1.5 },
      { step: 100, loss: 1, hard: 0.5 },
    ];
    await writeFile(
      join(folder(), "metrics.jsonl"),
      lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
    );
    expect(await trainingCurves("distill", folder())).toEqual([
      {
        stage: "distill",
        metric: "loss",
        label: "loss",
        points: [
          [50, 2],
          [100, 1],
        ],
      },
      {
        stage: "distill",
        metric: "hard",
        label: "hard",
        points: [
          [50, 1.5],
          [100, 0.5],
        ],
      },
    ]);
  });

  it("is nothing for a stage that left no metrics, or none yet", async () => {
    expect(await trainingCurves("distill", folder())).toEqual([]);
    await writeFile(join(folder(), "metrics.jsonl"), '{"step":50,"lo');
    expect(await trainingCurves("distill", folder())).toEqual([]);
  });
});
