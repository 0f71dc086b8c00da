// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { LineRole, ResultLine } from "../results/results.ts";
import { themed } from "./palette.ts";
import { syntheticResults } from "./results.fixture.ts";
import { seriesOf } from "./series.ts";

function lines(...roles: readonly LineRole[]): ResultLine[] {
  return roles.map((role, index) => ({
    id: `line-${index}`,
    label: `line ${index}`,
    role,
    channel: "awgn",
    points: [],
  }));
}

describe("seriesOf", () => {
  it("draws the link as a solid blue line, wherever it stands in the results", () => {
    const results = { ...syntheticResults(), lines: lines("baseline", "rival", "link") };
    const link = seriesOf(results).get("line 2");
    expect(link).toMatchObject({ colour: themed("blue"), dash: undefined, symbol: "circle" });
  });

  it("draws limits last and without a hue: they are no systems", () => {
    const styles = [...seriesOf(syntheticResults()).values()];
    expect(styles.map(({ role }) => role)).toEqual([
      "link",
      "rival",
      "baseline",
      "baseline",
      "digital",
      "bound",
    ]);
    expect(styles.filter(({ colour }) => colour === themed("ink")).map(({ role }) => role)).toEqual([
      "bound",
    ]);
  });

  it("gives a label the same style over every channel", () => {
    expect(seriesOf(syntheticResults()).size).toBe(6);
    expect([...seriesOf(syntheticResults({ channels: ["awgn"] }))]).toEqual([
      ...seriesOf(syntheticResults()),
    ]);
  });

  it("gives up to five lines different hues", () => {
    const results = { ...syntheticResults(), lines: lines("link", "rival", "rival", "baseline", "baseline") };
    expect(new Set([...seriesOf(results).values()].map(({ colour }) => colour)).size).toBe(5);
  });

  it("never gives two lines the same look, up to twelve", () => {
    const roles = Array.from({ length: 12 }, (_, i) => (i === 0 ? "link" : i < 7 ? "rival" : "baseline"));
    const styles = [...seriesOf({ ...syntheticResults(), lines: lines(...roles) }).values()];
    const looks = styles.map(({ colour, dash, symbol }) => `${colour} ${dash ?? "solid"} ${symbol}`);
    expect(new Set(looks).size).toBe(12);
  });
});
