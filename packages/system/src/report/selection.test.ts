// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { syntheticResults } from "./results.fixture.ts";
import * as select from "./selection.ts";

const results = syntheticResults();

describe("selection from results", () => {
  it("lists channels, lengths and Es/N0 in order", () => {
    expect(select.channelsOf(syntheticResults({ channels: ["rayleigh-block", "awgn"] }))).toEqual([
      "awgn",
      "rayleigh-block",
    ]);
    expect(select.lengthsOf(results.lines)).toEqual([4, 8, 16, 32, 64]);
    expect(select.esNoDbOf(results.lines)).toEqual([-10, -7.5, -5, -2.5, 0, 2.5, 5, 10, 15, 20]);
  });

  it("takes names and order of channels from the results, and the id of one that they do not describe", () => {
    const rician = { id: "rician(kFactorDb=6)", label: "Rician fading, K = 6 dB", isFading: true };
    const channels = [rician.id, "rayleigh-block", "mine"];
    const measured = syntheticResults({ channels });
    const described = { ...measured, channels: [...measured.channels, rician] };
    expect(select.channelsOf(described)).toEqual(["rayleigh-block", rician.id, "mine"]);
    expect(channels.map((id) => select.channelLabel(described, id))).toEqual([
      "Rician fading, K = 6 dB",
      "Rayleigh block fading",
      "mine",
    ]);
  });

  it("takes the Es/N0 values where links learn most, or an even choice", () => {
    const selected = (esNoDb: readonly number[]): number[] =>
      select.selectedEsNoDb(syntheticResults({ esNoDb }).lines);
    expect(selected([-10, -7.5, -5, 0, 5, 10, 15, 20])).toEqual([-10, -5, 0, 5, 10]);
    expect(selected([1, 2, 3, 4, 6, 7, 8, 9, 11])).toEqual([1, 3, 6, 8, 11]);
    expect(selected([3, 4])).toEqual([3, 4]);
    expect(selected([3])).toEqual([3]);
    expect(selected([])).toEqual([]);
  });

  it("knows a role by its id, exact before prefix", () => {
    expect(select.cleanOf(results, "student")?.id).toBe("student");
    const renamed = { ...results, clean: results.clean.filter(({ id }) => id !== "student") };
    expect(select.cleanOf(renamed, "student")?.id).toBe("student-no-kd");
    expect(select.cleanOf({ ...results, clean: [] }, "teacher")).toBeUndefined();
  });

  it("takes the link's point nearest to 16 symbols, then to 0 dB, as the headline", () => {
    const headline = select.headlinePoint(
      syntheticResults({ lengths: [4, 12, 64], esNoDb: [-7, 2, 9] }),
      "awgn",
    );
    expect(headline?.line.role).toBe("link");
    expect(headline?.point).toMatchObject({ numSymbols: 12, esNoDb: 2 });
    expect(select.headlinePoint({ ...results, lines: [] }, "awgn")).toBeUndefined();
  });

  it("finds the hardest point", () => {
    const line = select.mainLine(results, "awgn");
    expect(line && select.hardestPoint(line)).toMatchObject({ numSymbols: 4, esNoDb: -10 });
  });

  it("leaves rivals out of the link's ledger", () => {
    const rival = { part: "encoder (FiLM)", side: "device", line: "film-mlp", params: 1, macs: 1 } as const;
    const rows = select.mainRows({ ...results, ledger: [...results.ledger, rival] }, "device");
    expect(rows.map(({ part }) => part)).toEqual(["semantic encoder", "channel encoder (CAT)"]);
  });

  it("takes the main line by its id, whatever its role or place", () => {
    const other = { ...results, main: "film-mlp" };
    expect(select.mainLine(other, "awgn")?.label).toBe("FiLM MLP");
    const row = { part: "a", side: "device", line: "cat", params: 1, macs: 1 } as const;
    expect(select.isOfOtherLine(other, row)).toBe(true);
    expect(select.isOfOtherLine(results, row)).toBe(false);
  });
});
