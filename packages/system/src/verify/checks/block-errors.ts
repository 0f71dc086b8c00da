// SPDX-License-Identifier: Apache-2.0
import { simulateBlockErrors } from "../../modem/index.ts";
import type { Check, CheckFamily, LinePlace, ReferenceError } from "../check.ts";
import { BLOCK_ERROR_RATES, type BlockErrorPoint } from "../reference-values.ts";
import { SIGMAS } from "../run-check.ts";

type Algorithm = "min-sum" | "sum-product";

const ALGORITHMS: readonly Algorithm[] = ["min-sum", "sum-product"];
const TOLERANCE_DB = 0.1;
const MAX_ITERATIONS = 20;
const BATCH_SIZE = 100;
/** Half width of the 5-sigma interval over the rate beyond which the tolerance is what counts. */
const FINEST_PRECISION = 0.2;
/** Coded bits that each algorithm decodes in the time of most checks. */
const BITS_OF_A_CHECK = { "min-sum": 600_000, "sum-product": 55_000 } as const;
const MOST_BLOCKS = 15_000;
/** Least rate for which there is time: in the quick form, and by each algorithm in the full one. */
const LEAST_RATE = { quick: 0.07, "min-sum": 0.01, "sum-product": 0.02 } as const;
/** Most coded bits for which the quick form has the time. */
const MOST_BITS = { "min-sum": 1000, "sum-product": 128 } as const;
/** Sum-product decoding of long blocks is slow: from so many coded bits on, only rates above this. */
const LONG_BLOCK = { numCodedBits: 1000, leastRate: 0.1 } as const;

/** How blocks are sent and decoded; a test puts a faulty way in its place. */
type Simulate = typeof simulateBlockErrors;

/**
 * Block error rates of the LDPC code against published ones, within 0.1 dB and the chance of both measurements.
 *
 * Sum-product may be neither better nor worse. Normalised min-sum has the upper bound only: at low rates it beats the
 * published sum-product points (0.0155 against 0.0225 for n = 128 at 3 dB, in 20 thousand blocks).
 */
export function blockErrorChecks(simulate: Simulate = simulateBlockErrors): Check[] {
  return ALGORITHMS.flatMap((algorithm) =>
    BLOCK_ERROR_RATES.flatMap(({ n, points }) =>
      points
        .filter(({ rate }) => rate >= leastRate(algorithm, n))
        .map((point) => blockErrorCheck({ algorithm, n, points, simulate }, point)),
    ),
  );
}

/** The block error rates as a family, with the published lines. */
export const blockErrorFamily: CheckFamily = {
  name: "LDPC block errors",
  checks: () => blockErrorChecks(),
  curves: () =>
    ALGORITHMS.flatMap((algorithm) =>
      BLOCK_ERROR_RATES.map(({ n, points }) => ({
        ...placeOf(algorithm, n),
        points: points.map(({ esNoDb, rate }) => [esNoDb, rate] as const),
      })),
    ),
};

function leastRate(algorithm: Algorithm, n: number): number {
  const isLong = algorithm === "sum-product" && n >= LONG_BLOCK.numCodedBits;
  return isLong ? LONG_BLOCK.leastRate : LEAST_RATE[algorithm];
}

interface BlockErrorLine {
  readonly algorithm: Algorithm;
  readonly n: number;
  readonly points: readonly BlockErrorPoint[];
  readonly simulate: Simulate;
}

function blockErrorCheck(
  { algorithm, n, points, simulate }: BlockErrorLine,
  { esNoDb, rate, numErrors: numPublished }: BlockErrorPoint,
): Check {
  const code = { numInfoBits: n / 2, numCodedBits: n };
  const worse = rateAt(points, esNoDb - TOLERANCE_DB);
  const variance = worse * (1 - worse);
  const numBlocks = Math.min(MOST_BLOCKS, variance * (SIGMAS / (FINEST_PRECISION * rate)) ** 2);
  const reference: ReferenceError = {
    deviation: rate * Math.sqrt((1 - rate) / numPublished),
    below: algorithm === "min-sum" ? null : rate - rateAt(points, esNoDb + TOLERANCE_DB),
    above: worse - rate,
  };
  return {
    kind: "mean",
    name: `n = ${n}, ${algorithm} at ${esNoDb} dB`,
    quantity: "block error rate",
    theory: rate,
    variance,
    reference,
    finestPrecision: FINEST_PRECISION,
    weight: Math.max(1, Math.round((numBlocks * n) / BITS_OF_A_CHECK[algorithm])),
    isSlow: n > MOST_BITS[algorithm] || rate < LEAST_RATE.quick,
    source: `Sionna, flooding sum-product, ${numPublished} errors; 0.1 dB allowed`,
    place: { ...placeOf(algorithm, n), x: esNoDb },
    sample(rng) {
      const decoding = { algorithm, maxIterations: MAX_ITERATIONS };
      const seed = rng.integers(1, 2 ** 31)[0]!;
      const { numErrors } = simulate({ code, esNoDb, seed, maxBlocks: BATCH_SIZE, decoding });
      return Float64Array.from({ length: BATCH_SIZE }, (_, block) => (block < numErrors ? 1 : 0));
    },
  };
}

/** The published rate at another Es/N0: log-linear between points, and beyond them as at the nearest two. */
function rateAt(points: readonly BlockErrorPoint[], esNoDb: number): number {
  const next = points.findIndex((point) => point.esNoDb >= esNoDb);
  const right = Math.max(1, next < 0 ? points.length - 1 : next);
  const [a, b] = [points[right - 1]!, points[right]!];
  const share = (esNoDb - a.esNoDb) / (b.esNoDb - a.esNoDb);
  return Math.min(1, a.rate * (b.rate / a.rate) ** share);
}

function placeOf(algorithm: Algorithm, n: number): LinePlace {
  return { chart: "block-error-rates", panel: algorithm, series: `n = ${n}` };
}
