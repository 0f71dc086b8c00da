// SPDX-License-Identifier: Apache-2.0
import { input, rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { openGraph } from "../../open-graph.fixture.ts";
import { joinShuffled, nodeInput } from "./partial-channels.ts";

describe("partial channels", () => {
  it("join by turns: channel g · C/K + i becomes channel i · K + g", async () => {
    const [active, bypass] = [input("active", ["batch", 2, 1, 1]), input("bypass", ["batch", 4, 1, 1])];
    const { run } = await openGraph({ y: joinShuffled(active, bypass, 3) });
    const { y } = await run({ active: Float32Array.of(0, 1), bypass: Float32Array.of(2, 3, 4, 5) });
    expect([...y]).toEqual([0, 2, 4, 1, 3, 5]);
  });

  it("show primitives the first 1/K of the channels and let the others pass", async () => {
    const { active, bypass } = nodeInput(input("x", ["batch", 4, 2, 2]), 2, 1);
    const { run } = await openGraph({ raw: active.raw, rectified: active.rectified, bypass: bypass! });
    const x = rngFrom(1).normal(16);
    const outputs = await run({ x });
    expect(outputs.raw).toEqual(x.subarray(0, 8));
    expect(outputs.rectified).toEqual(x.slice(0, 8).map((value) => Math.max(0, value)));
    expect(outputs.bypass).toEqual(x.subarray(8));
  });

  it("max-pool what passes by where the edges halve the map", async () => {
    const { bypass } = nodeInput(input("x", ["batch", 2, 2, 2]), 2, 2);
    const { run } = await openGraph({ bypass: bypass! });
    const { bypass: pooled } = await run({ x: Float32Array.of(9, 9, 9, 9, 1, 4, 3, 2) });
    expect([...pooled]).toEqual([4]);
  });

  it("are all of them when K is 1", () => {
    const x = input("x", ["batch", 3, 2, 2]);
    expect(nodeInput(x, 1, 2)).toMatchObject({ active: { raw: x }, bypass: null });
  });

  it("divide the channels", () => {
    expect(() => nodeInput(input("x", ["batch", 3, 2, 2]), 2, 1)).toThrow(
      expect.objectContaining({ code: "partial-channels" }),
    );
  });
});
