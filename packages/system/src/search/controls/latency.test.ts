// SPDX-License-Identifier: Apache-2.0
import { nodeRuntime } from "@semlink/engine/node";
import { describe, expect, it } from "vitest";
import { defineExperiment } from "../../experiment.ts";
import { measureLatencies, medianLatencies } from "./latency.ts";

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

describe("measureLatencies", () => {
  it("measures a time for each student", async () => {
    const { student } = defineExperiment({ name: "timed", student: { widths: [8], depths: [0] } });
    const latencies = await measureLatencies({
      students: [student, { ...student, widths: [16] }],
      primitivesOf: () => [],
      numWarmup: 1,
      numRuns: 3,
      shape: { imageShape: [3, 8, 8], embedDim: 4 },
      runtime: await nodeRuntime({ intraOpThreads: 1 }),
      signal: new AbortController().signal,
    });
    expect(latencies).toHaveLength(2);
    expect(Math.min(...latencies)).toBeGreaterThan(0);
  });
});
