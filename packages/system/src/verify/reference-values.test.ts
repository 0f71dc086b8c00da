// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import golden from "../channel/__goldens__/channel.json" with { type: "json" };
import {
  AWGN_CAPACITY,
  BIT_ERROR_RATES,
  BLOCK_ERROR_RATES,
  PILOT_EFFECTIVE_ES_NO,
  RAYLEIGH_CAPACITY,
  RAYLEIGH_MMSE_ERROR,
  RAYLEIGH_OUTAGE,
  REPETITION_SUCCESS,
} from "./reference-values.ts";

describe("the reference values are those of the golden file:", () => {
  it("bit error rates", () => {
    const rates = [
      golden.qpskBerAwgn,
      golden.qam16BerAwgn,
      golden.qam64BerAwgn,
      golden.qpskBerRayleigh,
      golden.qam16BerRayleigh,
      golden.qam64BerRayleigh,
      golden.qpskBerRician,
    ].flat();
    const own = BIT_ERROR_RATES.flatMap(({ points }) => points);
    expect(own).toEqual(rates.map(({ ebNoDb, ber }) => [ebNoDb, ber]));
  });

  it("capacity, outage and MMSE error", () => {
    const { capacityAwgn, ergodicCapacityRayleighCsir, outageRayleighOneBit, mmseErrorRayleigh } = golden;
    expect(AWGN_CAPACITY).toEqual(capacityAwgn.map(({ esNoDb, bitsPerUse }) => [esNoDb, bitsPerUse]));
    expect(RAYLEIGH_CAPACITY).toEqual(
      ergodicCapacityRayleighCsir.map(({ esNoDb, bitsPerUse }) => [esNoDb, bitsPerUse]),
    );
    expect(RAYLEIGH_OUTAGE).toEqual(outageRayleighOneBit.map((point) => [point.esNoDb, point.probability]));
    expect(RAYLEIGH_MMSE_ERROR).toEqual(mmseErrorRayleigh.map((p) => [p.esNoDb, p.meanSquaredError]));
  });

  it("pilots and repetition", () => {
    const pilots = PILOT_EFFECTIVE_ES_NO.flatMap(({ numPilots, points }) =>
      points.map(([esNoDb, effectiveEsNoDb]) => ({ esNoDb, numPilots, effectiveEsNoDb })),
    );
    expect(new Set(pilots)).toEqual(new Set(golden.pilotMmseEffectiveEsNoDb));
    const labels = REPETITION_SUCCESS.flatMap(({ numSymbols, points }) =>
      points.map(([esNoDb, labelCorrect]) => ({ esNoDb, numSymbols, bits: 4, labelCorrect })),
    );
    expect(new Set(labels)).toEqual(new Set(golden.localLabelRepetition.points));
  });

  it("block error rates, each the errors over whole batches of 1000 blocks, to the digits given", () => {
    const own = BLOCK_ERROR_RATES.map(({ n, points }) => ({
      n,
      ebNoDb: points.map(({ esNoDb }) => esNoDb),
      bler: points.map(({ rate }) => rate),
    }));
    expect(own).toEqual(golden.ldpc5gBlerQpskRateHalf.points);
    for (const { rate, numErrors } of BLOCK_ERROR_RATES.flatMap(({ points }) => points)) {
      const numBlocks = 1000 * Math.round(numErrors / rate / 1000);
      expect(Math.abs(numErrors / numBlocks / rate - 1)).toBeLessThan(0.005);
    }
  });
});
