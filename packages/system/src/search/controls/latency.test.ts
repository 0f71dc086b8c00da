// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { defineExperiment } from "../../experiment.ts";
import { latencyJob, medianLatencies } from "./latency.ts";

describe("medianLatencies", () => {
  it("are those after the warm-up, of runs that take turns", async () => {
    const order: string[] = [];
    let clock = 0;
    const timed = (name: string, times: readonly number[]) => {
      let turn = 0;
      return (): Promise<void> => {
        order.push(name);
        clock += times[turn++]!;
        return Promise.resolve();
      };
    };
    const runs = [timed("a", [100, 1, 2, 9]), timed("b", [100, 5, 7, 6])];
    expect(await medianLatencies(runs, { numWarmup: 1, numRuns: 3 }, () => clock)).toEqual([2, 6]);
    expect(order.join("")).toBe("abababab");
  });
});

describe("latencyJob", () => {
  it("measures a time for each student", async () => {
    const { student } = defineExperiment({ name: "timed", student: { widths: [8], depths: [0] } });
    const payload = {
      ...{ students: [student, { ...student, widths: [16] }], numWarmup: 1, numRuns: 3 },
      shape: { imageShape: [3, 8, 8], embedDim: 4 } as const,
    };
    const context = {
      report: () => undefined,
      signal: new AbortController().signal,
      cores: { count: 1, onChange: () => undefined },
    };
    const latencies = await latencyJob(payload, context);
    expect(latencies).toHaveLength(2);
    for (const latency of latencies) expect(latency).toBeGreaterThan(0);
  });
});
