// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { ChannelSpec } from "../../channel/channel-spec.ts";
import { channelId } from "../../channel/channel-spec.ts";
import type { MatrixConfig } from "../../experiment.ts";
import { classify } from "../../task/classify.ts";
import type { Outcomes } from "../measure-line.ts";
import { clusteredMeanInterval, pairedDifference } from "../../numbers/statistics.ts";
import { assembleMatrix, type MeasuredSystem } from "./assemble-matrix.ts";
import { matrixSchema } from "../../results/matrix.ts";

const pilots: ChannelSpec = {
  model: "rayleigh",
  form: { blockLength: 4 },
  receiver: { csi: { pilots: 2, estimator: "ls" } },
};
const interfered: ChannelSpec = { model: "awgn", impairments: [{ impairment: "interference", sirDb: 0 }] };
const config: MatrixConfig = {
  images: 6,
  esNoDb: [0, 10],
  numSymbols: 16,
  baselines: [],
  against: [],
  axes: [
    {
      id: "pilots",
      title: "Pilots",
      conditions: [
        { name: "none", channel: "awgn" },
        { name: "two", channel: pilots },
      ],
    },
    { id: "others", title: "Others", conditions: [{ name: "one", channel: interfered }] },
  ],
};

const figures = classify.figures({ numClasses: 4 });
const ideal = { accuracy: Float32Array.of(1, 1, 1, 0, 0, 1) };
const estimated = { accuracy: Float32Array.of(1, 0, 0, 0, 1, 1) };
const embedded = { ...ideal, embeddingR2: Float32Array.of(0.1, 0.2, 0.3, 0.1, 0.2, 0.3) };

function system(id: string, measured: readonly (readonly [ChannelSpec, Outcomes])[]): MeasuredSystem {
  const points = measured.flatMap(([channel, outcomes]) =>
    config.esNoDb.map((esNoDb) => ({ channel: channelId(channel), esNoDb, numSymbols: 16, outcomes })),
  );
  return { id, label: `the ${id}`, role: "rival", trainedOn: ["awgn"], points };
}

const whole = system("whole", [
  ["awgn", ideal],
  [pilots, estimated],
  [interfered, embedded],
]);
const partial = system("partial", [["awgn", ideal]]);
const matrix = assembleMatrix(config, [whole, partial], figures);
const [first, second] = matrix.axes;

describe("assembleMatrix", () => {
  it("is what the schema accepts", () => {
    expect(matrixSchema.parse(JSON.parse(JSON.stringify(matrix)))).toEqual(matrix);
  });

  it("has each accuracy with its interval over the images", () => {
    const cell = first!.cells.find(({ condition, esNoDb }) => condition === "two" && esNoDb === 10);
    expect(cell).toMatchObject({
      system: "whole",
      figures: { accuracy: clusteredMeanInterval(estimated.accuracy, 0.95) },
    });
  });

  it("compares image by image with the first condition of the axis, and not the first with itself", () => {
    const [reference, compared] = first!.cells;
    expect(reference!.changes).toEqual({});
    const { value, n, method } = compared!.changes["accuracy"]!;
    const expected = pairedDifference(
      Uint8Array.from(estimated.accuracy),
      Uint8Array.from(ideal.accuracy),
      0.95,
    );
    expect({ value, n, method }).toEqual({ value: expected.value, n: 6, method: "paired-normal" });
  });

  it("has R^2 where an embedding arrives, 1 minus the mean relative error", () => {
    expect(first!.cells.every(({ figures }) => figures["embeddingR2"] === undefined)).toBe(true);
    expect(second!.cells[0]!.figures["embeddingR2"]!.value).toBeCloseTo(0.8, 6);
  });

  it("counts pilots for every gain that the symbols meet", () => {
    expect(first!.conditions.map(({ numPilots }) => numPilots)).toEqual([0, 2 * 4]);
  });

  it("states the ratio to noise and interference where there is any", () => {
    expect(first!.conditions[0]).not.toHaveProperty("sinrDb");
    expect(second!.conditions[0]!.sinrDb![0]).toBeCloseTo(-10 * Math.log10(2), 10);
    expect(second!.conditions[0]!.sinrDb![1]).toBeCloseTo(-10 * Math.log10(1.1), 10);
  });

  it("has no cell where a system was not measured, and no change without the first condition", () => {
    expect(
      first!.cells.filter(({ system: id }) => id === "partial").map(({ condition }) => condition),
    ).toEqual(["none", "none"]);
    const [cell] = assembleMatrix(config, [system("estimated", [[pilots, estimated]])], figures).axes[0]!
      .cells;
    expect(cell).toMatchObject({ condition: "two" });
    expect(cell!.changes).toEqual({});
  });
});
