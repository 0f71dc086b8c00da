// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { openRadio } from "../channel/channel-spec.ts";
import { clusteredMeanInterval, meanInterval } from "../numbers/statistics.ts";
import type { Figure, Truth } from "../task/task.ts";
import { type LineCase, lineLaws, sendOnce } from "./line-laws.fixture.ts";

/** Radios on which the laws are tested. */
export const LAW_RADIOS = [
  openRadio("awgn"),
  openRadio("rayleigh-block"),
  openRadio({ model: "rayleigh", form: "fast" }),
] as const;

const FIVE_SIGMA = 1 - 5.7e-7; // confidence of an interval of +-5 sigma
const LEVELS = [-20, -5, 5, 20, 70];

/** Tests that a line keeps what it declares, and the laws that all lines have in common. */
export function lineConformance(tested: LineCase): void {
  describe.each(LAW_RADIOS.map((radio) => [radio.name, radio] as const))(
    `line: ${tested.title}, over %s`,
    (_name, radio) => {
      it.each(Object.keys(lineLaws) as (keyof typeof lineLaws)[])("keeps the law of %s", async (law) => {
        expect(await lineLaws[law](tested, radio)).toBeNull();
      });
    },
  );
}

/** What a line that knows what it does must reach. */
export interface MeritCase extends LineCase {
  readonly figure: Figure;
  readonly truth: Truth;
  /** The figure at 70 dB and the longest length. */
  readonly ceiling: number;
}

/** Tests that a line that is made or trained for its task does not become worse with Es/N0, and reaches what it can. */
export function meritConformance(tested: MeritCase): void {
  const { figure, truth, ceiling, title } = tested;
  describe.each(LAW_RADIOS.map((radio) => [radio.name, radio] as const))(
    `merit: ${title}, over %s`,
    (_name, radio) => {
      it("does not become worse with Es/N0, within 5 sigma, and reaches what it can", async () => {
        const line = await tested.open(0, tested.count);
        const outcomes: Float32Array[] = [];
        for (const esNoDb of LEVELS) {
          outcomes.push(figure.ofItems(await sendOnce(line, tested, radio, { esNoDb }), truth)!);
        }
        outcomes.slice(1).forEach((better, i) => {
          const gain = better.map((value, item) => value - outcomes[i]![item]!);
          expect(meanInterval(gain, FIVE_SIGMA).high).toBeGreaterThanOrEqual(0);
        });
        expect(clusteredMeanInterval(outcomes.at(-1)!, FIVE_SIGMA).value).toBeCloseTo(ceiling, 5);
      });
    },
  );
}
