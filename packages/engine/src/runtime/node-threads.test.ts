// SPDX-License-Identifier: Apache-2.0
import { afterEach, describe, expect, it } from "vitest";
import { input } from "../graph/index.ts";
import { lower } from "../onnx/lower.ts";
import { mul } from "../ops/index.ts";
import type { ThreadTask } from "../train/thread-task.ts";
import { nodeRuntime } from "./node.ts";
import type { ThreadTeam } from "./threads.ts";

const runtime = await nodeRuntime({ intraOpThreads: 3 });
const { bytes } = lower({ y: mul(input("x", [2]), 3) }, { kernels: runtime.kernels });
const task = (model: Uint8Array): ThreadTask => ({ kind: "session", model, options: { intraOpThreads: 1 } });
const [good, damaged] = [task(bytes), task(Uint8Array.of(1, 2, 3))];
const feeds = { x: { dtype: "float32", shape: [2], data: Float32Array.of(1, 2) } };
const results = { y: { dtype: "float32", shape: [2], data: Float32Array.of(3, 6) } };
const codeOf = (code: string): unknown => expect.objectContaining({ code });

describe("a team of threads", () => {
  let team: ThreadTeam;
  afterEach(() => team.release());

  it("grows, and its threads compute side by side", async () => {
    team = runtime.threads!.team(3);
    expect(team.size).toBe(0);
    expect(await team.grow([good])).toEqual([{ inputNames: ["x"], outputNames: ["y"] }]);
    const running = team.call(0, feeds);
    expect(await team.grow([good, good])).toHaveLength(2);
    expect(team.size).toBe(3);
    expect(await Promise.all([running, team.call(1, feeds), team.call(2, feeds)])).toEqual([
      results,
      results,
      results,
    ]);
  });

  it("goes on as before when a new thread cannot open its task", async () => {
    team = runtime.threads!.team(3);
    await team.grow([good]);
    await expect(team.grow([good, damaged])).rejects.toThrow(codeOf("session-failed"));
    expect(team.size).toBe(1);
    expect(await team.call(0, feeds)).toEqual(results);
    await team.grow([good]);
    expect(await team.call(1, feeds)).toEqual(results);
  });

  it("says that a thread was released to whoever asks it afterwards", async () => {
    team = runtime.threads!.team(1);
    await team.grow([good]);
    await team.release();
    await expect(team.call(0, feeds)).rejects.toThrow(codeOf("thread-ended"));
  });
});
