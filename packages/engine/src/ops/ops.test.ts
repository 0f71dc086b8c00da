// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { nodeRuntime } from "../runtime/node.ts";
import { checkError, checkSample, checkSecondOrder } from "../testing/check-op.ts";
import { checkSampleIn, kernelSetsOf } from "../testing/check-op-runtime.ts";
import { opCasesList } from "./index.cases.ts";

const runtime = await nodeRuntime();

for (const cases of opCasesList) {
  const { op, samples, errors, noSecondOrder } = cases;
  describe(op.name, () => {
    it.each(samples)("has the reference's shape and finite-difference gradient: $name", (sample) => {
      checkSample(cases, sample, opCasesList);
    });
    if (typeof op.vjp !== "string" && noSecondOrder === undefined) {
      it.each(samples)("has a gradient rule that can be differentiated: $name", (sample) => {
        checkSecondOrder(cases, sample, opCasesList);
      });
    }
    for (const kernels of kernelSetsOf(runtime)) {
      it.each(samples)(
        `runs with ${kernels.name} kernels, batch known or symbolic: $name`,
        async (sample) => {
          await checkSampleIn(runtime, kernels, cases, sample, opCasesList);
        },
      );
    }
    if (errors.length > 0) {
      it.each(errors)("is refused: $name", (sample) => {
        checkError(cases, sample);
      });
    }
  });
}

describe("the list of cases", () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" }).map((file) =>
    file.replaceAll("\\", "/"),
  );
  const FACTORY = "pointwise.ts";
  const read = (file: string): string => readFileSync(`${import.meta.dirname}/${file}`, "utf8");

  it("holds the cases of every file that defines an operator", () => {
    const defining = files.filter(
      (file) =>
        /^(?!.*\.(test|cases)\.ts$).*\.ts$/.test(file) &&
        /\b(defineOp|pointwise)(<.*>)?\(/.test(read(file)) &&
        file !== FACTORY,
    );
    const list = read("index.cases.ts");
    expect(defining.length).toBeGreaterThan(10);
    expect(defining.filter((file) => !list.includes(`"./${file.replace(/\.ts$/, ".cases.ts")}"`))).toEqual(
      [],
    );
  });

  it("names each operator once", () => {
    const names = opCasesList.map(({ op }) => op.name);
    expect(new Set(names).size).toBe(names.length);
  });

  it("gives every operator a sample", () => {
    expect(opCasesList.filter(({ samples }) => samples.length === 0)).toEqual([]);
  });
});
