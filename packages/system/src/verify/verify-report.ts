// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";
import { type TheoryCurve, VERIFY_CHARTS, type VerifyCheck } from "./check.ts";

/** Decoding speed of the LDPC code on one core. */
export interface LdpcThroughput {
  /** Information bits per second that the process was given a core, in 10^6. */
  readonly mbitPerCpuSecond: number;
  readonly numInfoBits: number;
  readonly numCodedBits: number;
  /** Working point [dB], QPSK over AWGN. */
  readonly esNoDb: number;
  readonly meanIterations: number;
  readonly blockErrorRate: number;
  /** Model of the processor. */
  readonly processor: string;
}

/** Everything that was checked, and whether all of it held. */
export interface VerifyReport {
  readonly schema: "semlink-verify/1";
  readonly seed: number;
  readonly isQuick: boolean;
  /** Name of the channel that was given, null for semlink's own radio. */
  readonly channel: string | null;
  readonly passed: boolean;
  readonly checks: readonly VerifyCheck[];
  /** Theory between the checked points. */
  readonly curves: readonly TheoryCurve[];
  /** Null in the quick form and for a channel of one's own. */
  readonly throughput: LdpcThroughput | null;
}

const text = z.string();
const count = z.int().min(0);
const line = { chart: z.enum(VERIFY_CHARTS), panel: text, series: text };

const schema: z.ZodType<VerifyReport> = z.strictObject({
  schema: z.literal("semlink-verify/1"),
  seed: z.int().describe("root of all draws"),
  isQuick: z.boolean(),
  channel: text.nullable().describe("the channel that was given; null: semlink's own radio"),
  passed: z.boolean(),
  checks: z.array(
    z.strictObject({
      family: text,
      name: text.describe("where: channel, setting"),
      quantity: text.describe("what"),
      theory: z.number(),
      simulated: z.number(),
      deviation: z.number().min(0).describe("standard deviation of the simulated figure; 0 without chance"),
      bound: z
        .strictObject({ below: z.number().min(0).nullable(), above: z.number().min(0) })
        .describe(
          "largest differences that count as agreement: 5 standard deviations, or the tolerance; null: any",
        ),
      n: count.describe("independent values behind the figure"),
      passed: z.boolean(),
      detail: text
        .nullable()
        .describe("what contradicts the theory, in words; null where the figures say it"),
      source: text.describe("where the theory is from"),
      place: z
        .strictObject({ ...line, x: z.number().describe("Es/N0 [dB]") })
        .nullable()
        .describe("its place in a chart"),
    }),
  ),
  curves: z.array(
    z.strictObject({
      ...line,
      points: z.array(z.tuple([z.number(), z.number()]).readonly()).describe("Es/N0 [dB] and value"),
    }),
  ),
  throughput: z
    .strictObject({
      mbitPerCpuSecond: z.number().min(0).describe("information bits per second of processor time, in 10^6"),
      numInfoBits: count,
      numCodedBits: count,
      esNoDb: z.number(),
      meanIterations: z.number().min(0),
      blockErrorRate: z.number().min(0).max(1),
      processor: text,
    })
    .nullable(),
});

/**
 * A report of `semlink verify` checked against its schema.
 *
 * @param json - the value read from a file
 * @throws z.ZodError naming the path of what does not fit
 */
export function parseVerifyReport(json: unknown): VerifyReport {
  return schema.parse(json);
}

/** The published JSON Schema (draft 2020-12) of `verify.json`. */
export function verifyJsonSchema(): Record<string, unknown> {
  return { title: "semlink verify", ...z.toJSONSchema(schema) };
}
