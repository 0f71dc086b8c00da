// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { defineExperiment, parseExperiment } from "../experiment.ts";
import { formatGenotype } from "../cells/genotype.ts";
import { cellsConfig } from "./cells.fixture.ts";
import { inlineGenotype } from "./student-encoder.ts";

const genotype = inlineGenotype(cellsConfig());
const withCells = (cells: object): object => ({ name: "cells", student: { architecture: "cells", cells } });

describe("the student section", () => {
  it("is the residual hand-made network unless said otherwise", () => {
    expect(defineExperiment({ name: "default" }).student).toMatchObject({
      architecture: "compact-cnn",
      stemWidth: 0,
      widths: [32, 64, 128],
      depths: [0, 2, 1],
      residual: true,
    });
  });

  it("takes a genotype in the short form of its file and in the long one", () => {
    const short = parseExperiment(
      withCells({ genotype: JSON.parse(formatGenotype(genotype)) as unknown }),
      "test",
    );
    const long = parseExperiment(withCells({ genotype }), "test");
    expect(short.student.cells.genotype).toEqual(genotype);
    expect(long).toEqual(short);
  });

  it("reads again what it resolved to", () => {
    const experiment = parseExperiment(withCells(cellsConfig()), "test");
    expect(parseExperiment(JSON.parse(JSON.stringify(experiment)), "again")).toEqual(experiment);
  });

  it("refuses channels that a reduction cannot halve, and inputs that are not there", () => {
    expect(() => parseExperiment(withCells({ channels: 5 }), "test")).toThrow(/student.cells.channels/);
    const [first, ...rest] = genotype.normal;
    const wrong = { ...genotype, normal: [[first![0], { ...first![1], from: 7 }], ...rest] };
    expect(() => parseExperiment(withCells({ genotype: wrong }), "test")).toThrow(/genotype/);
  });

  it("refuses a genotype of a primitive that nobody knows, unless a module has it", () => {
    const [[first, second], ...rest] = genotype.normal as [
      (typeof genotype.normal)[0],
      ...typeof genotype.normal,
    ];
    const wrong = { ...genotype, normal: [[{ ...first, primitive: "sep_conv_3" }, second], ...rest] };
    expect(() => parseExperiment(withCells({ genotype: wrong }), "test")).toThrow(/sep_conv_3x3/);
    const own = parseExperiment(withCells({ genotype: wrong, primitives: "./mine.js" }), "test");
    expect(own.student.cells.genotype).toEqual(wrong);
  });
});
