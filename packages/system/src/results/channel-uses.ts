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
  /** Channel bandwidth ratio with everything, `total / (height * width * 3)`. */
  readonly cbr: number;
}

const text = z.string().min(1);
const count = z.int().nonnegative();

/** Validates {@link ChannelUses}. */
export const channelUsesSchema: z.ZodType<ChannelUses> = z
  .strictObject({
    lines: z.array(text).min(1),
    channel: text,
    numSymbols: z.int().positive(),
    numPilots: count,
    numFieldSymbols: count,
    numPrefix: count,
    numIdle: count,
    total: z.int().positive(),
    cbr: z.number().positive(),
  })
  .refine(
    (uses) =>
      uses.total === uses.numSymbols + uses.numPilots + uses.numFieldSymbols + uses.numPrefix + uses.numIdle,
    { error: "expected a total that is the sum of its parts" },
  );
