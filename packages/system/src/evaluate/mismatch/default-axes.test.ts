// SPDX-License-Identifier: Apache-2.0
import { rngFrom } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { channelId, openRadio } from "../../channel/channel-spec.ts";
import { noFromEsNoDb } from "../../channel/decibel.ts";
import { defineExperiment } from "../../experiment.ts";
import { channelsOf, defaultAxes } from "./default-axes.ts";

const conditions = defaultAxes.flatMap((axis) =>
  axis.conditions.map(({ name, channel }) => ({ name, channel })),
);

describe("defaultAxes", () => {
  it("are what a configuration may say", () => {
    const matrix = { axes: defaultAxes };
    const { axes } = defineExperiment({ name: "written", evaluate: { matrix } }).evaluate.matrix!;
    expect(axes.map(({ id }) => id)).toEqual(defaultAxes.map(({ id }) => id));
  });

  it.each(conditions)("$name is a radio that carries 16 symbols at 5 dB", ({ channel }) => {
    const radio = openRadio(channel);
    const draw = radio.draw(rngFrom(1), { batchSize: 3, numSymbols: 16 });
    const x = new Float32Array(3 * 16 * 2).fill(Math.SQRT1_2);
    const { xHat } = radio.transmit({ x, no: new Float32Array(3).fill(noFromEsNoDb(5)) }, draw);
    expect(xHat.length).toBe(96);
    expect(xHat.every(Number.isFinite)).toBe(true);
  });

  it("compare with an ideal case: each first condition has perfect knowledge and no impairment", () => {
    expect(new Set(defaultAxes.map((axis) => channelId(axis.conditions[0]!.channel)))).toEqual(
      new Set(["awgn", "rayleigh-block"]),
    );
  });

  it("name every condition of an axis apart, and every radio of an axis too", () => {
    for (const axis of defaultAxes) {
      const ids = axis.conditions.map(({ channel }) => channelId(channel));
      expect(new Set(ids).size).toBe(ids.length);
      expect(new Set(axis.conditions.map(({ name }) => name)).size).toBe(ids.length);
    }
  });
});

describe("channelsOf", () => {
  it("has each radio of all axes once", () => {
    const ids = channelsOf(defaultAxes).map(channelId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(ids)).toEqual(new Set(conditions.map(({ channel }) => channelId(channel))));
    expect(ids.length).toBeLessThan(conditions.length);
  });
});
