// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";

/** Complex channel uses of one image, by what they carry. */
export interface ChannelUses {
  /** Ids of the lines that it holds for. */
  readonly lines: readonly string[];
  /** Name of the radio. */
  readonly channel: string;
  /** Those of a point; a digital line has its check bits and fields inside them. */
  readonly numSymbols: number;
  readonly numPilots: number;
  /** Length field of a link of several lengths. */
  readonly numFieldSymbols: number;
  /** Cyclic prefixes. */
  readonly numPrefix: number;
  /** Subcarriers of the last OFDM symbol that are left over. */
  readonly numIdle: number;
  /** Sum of these. */
  readonly total: number;
  /** Channel bandwidth ratio with everything, `total / (height * width * channels)`. */
  readonly cbr: number;
}

const count = z.int().nonnegative();

/** Validates {@link ChannelUses}. */
export const channelUsesSchema: z.ZodType<ChannelUses> = z
  .strictObject({
    lines: z.array(z.string().min(1)).min(1).describe("ids of the lines that the row holds for"),
    channel: z.string().min(1).describe("id of the radio, as in `channels`"),
    numSymbols: z.int().positive().describe("symbols of a point [complex channel uses per item]"),
    numPilots: count.describe("pilots beside them [complex channel uses per item]"),
    numFieldSymbols: count.describe(
      "length field of a link of several lengths [complex channel uses per item]",
    ),
    numPrefix: count.describe("cyclic prefixes [complex channel uses per item]"),
    numIdle: count.describe(
      "subcarriers of the last OFDM symbol that are left over [complex channel uses per item]",
    ),
    total: z.int().positive().describe("sum of all these [complex channel uses per item]"),
    cbr: z
      .number()
      .positive()
      .describe("channel bandwidth ratio with everything, total / source values; no unit"),
  })
  .refine(
    (uses) =>
      uses.total === uses.numSymbols + uses.numPilots + uses.numFieldSymbols + uses.numPrefix + uses.numIdle,
    { error: "expected a total that is the sum of its parts" },
  );
