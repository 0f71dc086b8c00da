// SPDX-License-Identifier: Apache-2.0
import { constant } from "@semlink/engine";
import * as z from "zod";
import { rotate, rotateGraph } from "./rotation.ts";
import {
  defineImpairment,
  drawsNothing,
  type ImpairmentFamily,
  impairmentOn,
  impairmentSide,
} from "./impairment.ts";

/**
 * Carrier frequency offset, `y e^(j 2 pi epsilon i)` for symbol i of an image, epsilon in turns per symbol. Unknown to
 * the receiver.
 *
 * @source Tse & Viswanath 2005, section 2.2: complex baseband
 */
export const carrierOffset: ImpairmentFamily = defineImpairment({
  name: "carrier-offset",
  parameters: z.strictObject({
    turnsPerSymbol: z
      .number()
      .min(-0.5)
      .max(0.5)
      .default(1e-3)
      .describe("frequency offset times symbol time [turns per symbol]"),
    side: impairmentSide,
  }),
  open({ turnsPerSymbol, side }) {
    const phaseOf = (symbol: number): number => 2 * Math.PI * turnsPerSymbol * symbol;
    return impairmentOn(side, {
      ...drawsNothing,
      name: "carrier-offset",
      map(symbols, _draw, batchSize) {
        const numSymbols = symbols.length / 2 / batchSize;
        return rotate(symbols, (place) => phaseOf(place % numSymbols));
      },
      mapGraph(symbols) {
        const numSymbols = Number(symbols.shape[1]);
        const phases = Array.from({ length: numSymbols }, (_, symbol) => phaseOf(symbol));
        return rotateGraph(symbols, constant(phases, [1, numSymbols, 1]));
      },
    });
  },
});
