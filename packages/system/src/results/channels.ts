// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";

/** A radio channel as readers meet it. */
export interface ChannelInfo {
  /** Key of the radio in lines, comparisons and channel uses: "rician(kFactorDb=6,form=block)". */
  readonly id: string;
  /** Name for titles and sentences: "Rician fading, K = 6 dB, one gain per image". */
  readonly label: string;
  /** What the channel does, as one line of mathematics; absent where its author gave none. */
  readonly formula?: string;
  /** Whether its gain is random. */
  readonly isFading: boolean;
}

const text = z.string().min(1);

/** Validates a {@link ChannelInfo}. */
export const channelInfoSchema: z.ZodType<ChannelInfo> = z.strictObject({
  id: text.describe("key of the radio in lines, comparisons and channel uses"),
  label: text.describe("name of the radio for titles and sentences"),
  formula: z.exactOptional(text).describe("what the channel does, as one line of mathematics"),
  isFading: z.boolean().describe("whether the gain of the channel is random"),
});
