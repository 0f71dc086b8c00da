// SPDX-License-Identifier: Apache-2.0
import { graphCost } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { linkNetwork } from "../link/networks.ts";
import { tinyProblem } from "../link/tiny-problem.fixture.ts";
import { receiverModel, transmitterModel } from "../link/link-models.ts";
import type { TeacherCard } from "../teacher/card.ts";
import { ledgerOf } from "./ledger.ts";
import type { LedgerRow } from "../results/results.ts";

const { shape, experiment } = tinyProblem();
const teacher: TeacherCard = {
  format: "semlink-teacher/2",
  name: "large",
  source: "tiny",
  images: { input: "images", shape: [3, 8, 8], layout: "nchw", mean: [], std: [] },
  outputs: { embedding: { name: "embedding", width: 8 }, answer: null },
  hasMap: false,
  space: "standardized",
  classNames: null,
  licence: null,
  params: 123,
  macs: 456,
  provenance: {},
};
const rows = ledgerOf(experiment, shape, teacher);

function total(parts: readonly LedgerRow[]): { params: number; macs: number } {
  return {
    params: parts.reduce((sum, { params }) => sum + params, 0),
    macs: parts.reduce((sum, { macs }) => sum + macs, 0),
  };
}

describe("ledgerOf", () => {
  it("names every part once", () => {
    expect(rows.map(({ part, side }) => [part, side])).toEqual([
      ["teacher large", "training-only"],
      ["semantic encoder (student)", "device"],
      ["cat channel encoder", "device"],
      ["cat channel decoder and head", "receiver"],
      ["film-mlp channel encoder", "device"],
      ["film-mlp channel decoder and head", "receiver"],
    ]);
  });

  it("has the teacher's cost from its card, on neither side of the link", () => {
    expect(rows.filter(({ side }) => side === "training-only")).toEqual([
      { part: "teacher large", side: "training-only", params: 123, macs: 456 },
    ]);
  });

  it.each(["cat", "film-mlp"] as const)(
    "adds up on the device to the whole transmitter of the %s link",
    (kind) => {
      const mine = rows.filter(
        ({ side, part }) => side === "device" && (part.startsWith("semantic") || part.includes(kind)),
      );
      const network = linkNetwork(shape, experiment, kind);
      expect(total(mine)).toEqual(graphCost(transmitterModel(network, shape)));
      const receiver = rows.filter(({ side, part }) => side === "receiver" && part.includes(kind));
      expect(total(receiver)).toEqual(graphCost(receiverModel(network, experiment.codec.lengths)));
    },
  );

  it("counts one MAC and one parameter for each weight of a head: receiver and head together", () => {
    const wide = { ...shape, numClasses: shape.numClasses + 10 };
    const [before, after] = [rows, ledgerOf(experiment, wide, teacher)].map((list) =>
      list.find(({ part }) => part === "cat channel decoder and head"),
    );
    expect(after!.params - before!.params).toBe(10 * shape.embedDim + 10);
    expect(after!.macs - before!.macs).toBe(10 * shape.embedDim);
  });
});
