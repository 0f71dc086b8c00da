// SPDX-License-Identifier: Apache-2.0
import { beforeAll, describe, expect, it } from "vitest";
import { k7 } from "../cells/primitive-sets.ts";
import { searchMacs, trialMacs } from "./select/search-cost.ts";
import { studyArchitectures, type Study } from "./study.ts";
import { type PlannedStudy, plannedStudy, plantedQuality } from "./study.fixture.ts";

const SEARCH = {
  selection: { numCandidates: 8, numSamples: 4 },
  controls: { numRandom: 5 },
  finals: { numSeeds: 2 },
  variants: [{ id: "weight-0.2", overrides: { complexity: { weight: 0.2 } } }],
} as const;

let planned: PlannedStudy;
let study: Study;
beforeAll(async () => {
  planned = plannedStudy(SEARCH);
  study = await studyArchitectures(planned.setting);
});

const accuracyOf = (id: string): number[] =>
  study.finals.filter(({ architecture }) => architecture === id).map(({ figures }) => figures["accuracy"]!);

describe("studyArchitectures", () => {
  it("chooses by the validation split alone, and what it chooses is among the best planted", () => {
    const winners = study.selections.map(({ chosen, rounds }) =>
      rounds.at(-1)!.trials.find(({ architecture }) => architecture === chosen)!,
    );
    const [better] = winners.toSorted((a, b) => b.figures["accuracy"]! - a.figures["accuracy"]!);
    expect(study.chosen).toBe(better!.architecture);
    const trials = study.selections.flatMap(({ rounds }) => rounds).flatMap((round) => round.trials);
    expect(trials.every((trial) => trial.measuredOn === "validation")).toBe(true);
    const qualities = trials.map(({ architecture }) =>
      plantedQuality(study.architectures.find(({ id }) => id === architecture)!.genotype!),
    );
    const chosen = study.architectures.find(({ id }) => id === study.chosen)!;
    // 400 answers: 5 sigma are 0.125, a quarter of the planted range.
    expect(plantedQuality(chosen.genotype!)).toBeGreaterThanOrEqual(Math.max(...qualities) - 0.25);
  });

  it("spends on random genotypes what search and selection cost together, to less than one trial", () => {
    const [kdl, random] = study.selections;
    const { searches, sizes } = planned.setting;
    const [base, , , variant] = searches;
    const ofSearches = [base!, variant!].map(({ trace }) => searchMacs(trace, k7, sizes.shape));
    expect(kdl!.searchMacs).toBe(ofSearches[0]! + ofSearches[1]!);
    const [first] = planned.setting.search.selection.rounds;
    const trial = trialMacs(sizes.targetMacs, first!, 50_000);
    const numMore = random!.rounds[0]!.trials.length - 8;
    expect(numMore).toBeGreaterThan(4);
    expect(numMore * trial).toBeLessThan(1.08 * kdl!.searchMacs!);
    expect((numMore + 1) * trial).toBeGreaterThan(kdl!.searchMacs! / 1.08);
    const together = kdl!.trialsMacs! + kdl!.searchMacs!;
    expect(Math.abs(random!.trialsMacs! / together - 1)).toBeLessThan(0.1);
    expect(random!.rounds.map(({ kept }) => kept.length)).toEqual(kdl!.rounds.map(({ kept }) => kept.length));
  });

  it("ends with the same, however long searches and trials take", async () => {
    const withoutTimes = (of: Study): unknown =>
      JSON.parse(JSON.stringify(of), (key, value: unknown) =>
        ["durationS", "searchS", "trialsS"].includes(key) ? null : value,
      );
    for (const times of [
      { searchS: 2500, trialS: 10 },
      { searchS: 0.1, trialS: 3600 },
    ]) {
      const other = await studyArchitectures(plannedStudy(SEARCH, undefined, times).setting);
      expect(withoutTimes(other)).toEqual(withoutTimes(study));
    }
  });

  it("compares at equal MACs within the tolerance, and what prices do at equal channels", () => {
    const { targetMacs } = planned.setting.sizes;
    const selected = study.architectures.filter(({ id }) =>
      /^(kdl-e|kdl-s|random|residual-cnn$|plain-cnn$)/.test(id),
    );
    expect(selected.length).toBeGreaterThan(15);
    for (const { macs } of selected) expect(Math.abs(macs / targetMacs - 1)).toBeLessThanOrEqual(0.08);
    const priced = study.architectures.filter(({ id }) => id.endsWith("-c24"));
    expect(priced.map(({ id }) => id)).toEqual(["kdl-c24", "no-penalty-c24", "kdl-weight-0.2-c24"]);
    expect(new Set(priced.map(({ student }) => student.cells.channels))).toEqual(new Set([24]));
  });

  it("draws random genotypes from the space of the search, none of other primitives", () => {
    const names = new Set(k7.map(({ name }) => name));
    const random = study.architectures.filter(({ origin }) => origin === "random");
    for (const { normal, reduce } of random.map(({ genotype }) => genotype!)) {
      for (const { primitive } of [...normal, ...reduce].flat()) expect(names).toContain(primitive);
    }
  });

  it("gives every round one seed, finals others, and all finals the same recipe", () => {
    const seedsOf = (measuredOn: string): number[] => [
      ...new Set(
        planned.requests.filter((request) => request.measuredOn === measuredOn).map(({ seed }) => seed),
      ),
    ];
    expect(seedsOf("validation")).toEqual([0, 1]);
    expect(seedsOf("test")).toEqual([2, 3]);
    expect(new Set(study.finals.map(({ budget }) => JSON.stringify(budget))).size).toBe(1);
  });

  it("trains finalists, controls and prices with every seed, each random genotype and variant at least once", () => {
    const ids = ["kdl", "ce", "no-penalty", "residual-cnn", "plain-cnn"];
    const priced = ["kdl-c24", "no-penalty-c24", "kdl-weight-0.2-c24"];
    for (const id of [...ids, ...priced, "residual-cnn-latency", "plain-cnn-latency", study.chosen]) {
      expect(accuracyOf(id)).toHaveLength(2);
    }
    expect(accuracyOf("kdl-weight-0.2")).toHaveLength(1);
    for (const number of [1, 2, 3, 4, 5])
      expect(accuracyOf(`random-${number}`).length).toBeGreaterThanOrEqual(1);
  });

  it("takes latencies while nothing else is at work", async () => {
    let numAtWork = 0;
    const { setting } = plannedStudy(SEARCH);
    const atWork: number[] = [];
    await studyArchitectures({
      ...setting,
      async runTrial(request) {
        numAtWork++;
        const outcome = await setting.runTrial(request);
        await new Promise((resolve) => setImmediate(resolve));
        numAtWork--;
        return outcome;
      },
      async measureLatencies(students) {
        atWork.push(numAtWork);
        await new Promise((resolve) => setImmediate(resolve));
        atWork.push(numAtWork);
        return setting.measureLatencies(students);
      },
    });
    expect(atWork).toEqual([0, 0]);
  });

  it("takes the hand-made network of equal latency from the ladder", () => {
    // A planted rung of width w takes w / 16 ms, cells 3 ms.
    const { student, latencyMs } = study.architectures.find(({ id }) => id === "residual-cnn-latency")!;
    expect(student.widths).toEqual([48, 96, 192]);
    expect(latencyMs).toBe(3);
  });

  it("compares the chosen student with every control, and the search alone with its own", () => {
    const compared = study.comparisons.map(
      ({ minuend, subtrahend }) => `${minuend.join()} - ${subtrahend.join()}`,
    );
    const random = [1, 2, 3, 4, 5].map((number) => `random-${number}`).join();
    const { chosen, selections } = study;
    for (const other of [random, "residual-cnn", "plain-cnn", "residual-cnn-latency"]) {
      expect(compared).toContain(`${chosen} - ${other}`);
    }
    const [proposed, selected] = selections.map((selection) => selection.chosen);
    expect(compared).toContain(`${proposed!} - ${selected!}`);
    expect(compared).toContain("kdl-weight-0.2 - kdl");
    expect(compared).toEqual(expect.arrayContaining([`kdl - ${random}`, "kdl - ce", "kdl - no-penalty"]));
    const single = study.comparisons.filter(({ subtrahend: others }) => others.length === 1);
    for (const { difference, minuend, subtrahend } of single) {
      const ofSeed = (id: string): Map<number, number> =>
        new Map(
          study.finals
            .filter(({ architecture }) => architecture === id)
            .map(({ seed, figures }) => [seed, figures["accuracy"]!]),
        );
      const [a, b] = [ofSeed(minuend[0]!), ofSeed(subtrahend[0]!)];
      const paired = [...a]
        .filter(([seed]) => b.has(seed))
        .map(([seed, accuracy]) => accuracy - b.get(seed)!);
      expect(difference.value).toBeCloseTo(paired.reduce((x, y) => x + y) / paired.length, 12);
    }
  });

  it("correlates proxy, one-shot and final accuracy, whose planted order is the same", () => {
    // Proxy and final, then the supernets of the base, both controls and the variant with each.
    expect(study.correlations).toHaveLength(1 + 4 * 2);
    for (const { spearman } of study.correlations) expect(spearman.value).toBeGreaterThan(0.5);
  });

  it("goes on without a trial that fails, and records it", async () => {
    const { chosen } = study;
    const loser = study.selections[0]!.rounds[0]!.trials.find(({ architecture }) => architecture !== chosen)!;
    const { student } = study.architectures.find(({ id }) => id === loser.architecture)!;
    const failing = plannedStudy(SEARCH, (request) => {
      return (
        request.measuredOn === "validation" && JSON.stringify(request.student) === JSON.stringify(student)
      );
    });
    const after = await studyArchitectures(failing.setting);
    const [round] = after.selections[0]!.rounds;
    const failed = round!.trials.find(({ architecture }) => architecture === loser.architecture)!;
    expect([failed.failure, failed.figures]).toEqual(["planted", {}]);
    expect(round!.kept).not.toContain(loser.architecture);
    expect(after.chosen).toBe(chosen);
  });

  it("has no winner when every trial fails", async () => {
    const failing = plannedStudy(SEARCH, () => true);
    await expect(studyArchitectures(failing.setting)).rejects.toThrow(
      expect.objectContaining({ code: "all-trials-failed" }),
    );
  });
});
