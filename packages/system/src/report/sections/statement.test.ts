// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Place, type Results, TEACHER_WORTH } from "../../results/results.ts";
import { decibels, figureWithInterval } from "../number-format.ts";
import { syntheticResults } from "../results.fixture.ts";
import { channelLabel } from "../selection.ts";
import { type Finding, findings } from "./statement.ts";

const results = syntheticResults();

/** Every way in which results write a value at one place. */
function valuesAt({ lines, figures: infos }: Results, place: Place): Set<string> {
  const points = lines
    .filter(({ channel }) => channel === place.channel)
    .flatMap(({ points: all }) => all)
    .filter(({ numSymbols, esNoDb }) => numSymbols === place.numSymbols && esNoDb === place.esNoDb);
  return new Set(
    points.flatMap(({ figures }) =>
      infos.flatMap((info) => (figures[info.id] ? [figureWithInterval(info, figures[info.id])] : [])),
    ),
  );
}

function expectOnePlace(of: Results, { sentence, place }: Finding): void {
  const places = [...sentence.matchAll(/At (.+?) and (\d+) symbols over ([^,]+),/g)];
  if (place === undefined) {
    expect(places).toEqual([]);
    return;
  }
  expect(places.map(([, ...parts]) => parts)).toEqual([
    [decibels(place.esNoDb), String(place.numSymbols), channelLabel(of, place.channel)],
  ]);
  // Every measured value of the sentence was measured there.
  const values = [...sentence.matchAll(/\d+\.\d+(?:\s%)? \[[^\]]+\]/g)].map(([text]) => text);
  const known = valuesAt(of, place);
  const measured = values.filter((text) => !sentence.includes(`which is ${text}`));
  expect(measured.length).toBeGreaterThan(0);
  for (const text of measured) expect(known).toContain(text);
}

describe("every sentence of the statement", () => {
  it("is about one operating point, which it names", () => {
    const found = findings(results);
    expect(found.map(({ place }) => place && `${place.channel} ${place.esNoDb} ${place.numSymbols}`)).toEqual(
      [
        undefined,
        "awgn 0 16",
        "awgn 0 16",
        "awgn 0 16",
        "awgn -10 4",
        "rayleigh-block 0 16",
        "rayleigh-block -10 4",
        undefined,
      ],
    );
    for (const finding of found) expectOnePlace(results, finding);
  });

  it("gives the other lines at the headline point, not at the hardest one", () => {
    const sentence = findings(results).find((finding) => finding.sentence.includes("label code"))!.sentence;
    const line = results.lines.find(({ id, channel }) => id === "label-code" && channel === "awgn")!;
    const point = line.points.find(({ numSymbols, esNoDb }) => numSymbols === 16 && esNoDb === 0)!;
    expect(sentence).toMatch(/^At 0\u00a0dB and 16 symbols over AWGN, /);
    expect(sentence).toContain(
      `label code ${figureWithInterval(results.figures[0]!, point.figures["accuracy"])}`,
    );
  });

  it("says the same whatever the order of lines, points and networks", () => {
    const expected = findings(results).map(({ sentence }) => sentence);
    const small = syntheticResults({ lengths: [8, 32], esNoDb: [-2.5, 2.5] });
    const expectedSmall = findings(small).map(({ sentence }) => sentence);
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat()), (keys) => {
        const shuffle = <Item>(items: readonly Item[]): Item[] =>
          items
            .map((item) => ({ item, key: keys.next().value as number }))
            .toSorted((a, b) => a.key - b.key)
            .map(({ item }) => item);
        for (const [one, sentences] of [
          [results, expected],
          [small, expectedSmall],
        ] as const) {
          const roles = shuffle(one.lines).map((line) => ({ ...line, points: shuffle(line.points) }));
          // Lines of one role stand in the order of the file.
          const lines = one.lines.map(({ id, channel }) => {
            return roles.find((line) => line.id === id && line.channel === channel)!;
          });
          const baselines = lines.filter(({ role }) => role === "baseline");
          const others = shuffle(lines.filter(({ role }) => role !== "baseline"));
          const mixed = { ...one, lines: [...others, ...baselines], clean: shuffle(one.clean) };
          expect(findings(mixed).map(({ sentence }) => sentence)).toEqual(sentences);
          for (const finding of findings(mixed)) expectOnePlace(mixed, finding);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("says of other figures what they say of themselves", () => {
    const [accuracy, ...others] = results.figures;
    const renamed = { ...results, figures: [{ ...accuracy!, label: "Recall at 5" }, ...others] };
    const text = findings(renamed)
      .map(({ sentence }) => sentence)
      .join(" ");
    expect(text).toContain("Recall at 5");
    expect(text).not.toMatch(/accuracy|classif/i);
  });

  it("is left out where nothing was measured", () => {
    expect(findings({ ...results, lines: [], clean: [], comparisons: [] })).toEqual([]);
    const worth = results.comparisons.filter(({ id }) => id === TEACHER_WORTH);
    expect(findings({ ...results, lines: [], clean: [], comparisons: worth })).toHaveLength(1);
  });
});
