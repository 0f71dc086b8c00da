// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import * as z from "zod";
import { type ChannelModel, kindIndexOf, type Variation } from "./channel-model.ts";

/** A kind of channel: what may be set, and the channel that follows. */
export interface ChannelFamily {
  readonly name: string;
  readonly variation: Variation;
  /** What the channel does, as one line of mathematics; absent where its author gave none. */
  readonly formula?: string;
  /** Settings as a configuration writes them. */
  readonly parameters: z.ZodObject;
  /**
   * Name for titles and sentences.
   *
   * @param parameters - as for {@link ChannelFamily.open}
   * @throws SemlinkError "invalid-argument" naming the setting that is wrong
   */
  label(parameters: unknown): string;
  /**
   * @param parameters - settings as a configuration writes them; {} for the defaults
   * @throws SemlinkError "invalid-argument" naming the setting that is wrong
   */
  open(parameters: unknown): ChannelModel;
}

/** A channel as its author writes it, name and kind aside. */
export type ChannelParts = Omit<ChannelModel, "name" | "kindIndex" | "gainIndex"> & {
  /** Number of the gain that a symbol meets; by default one gain for all. */
  readonly gainIndex?: ChannelModel["gainIndex"];
};

/** What {@link defineChannel} takes. */
export interface ChannelDefinition<Shape extends z.ZodRawShape> {
  readonly name: string;
  /** "fading" by default. */
  readonly variation?: Variation;
  /** Name for titles and sentences, with the settings that matter; by default the name. */
  label?(parameters: z.output<z.ZodObject<Shape>>): string;
  /** What the channel does, as one line of mathematics. */
  readonly formula?: string;
  /** Settings; none by default. */
  readonly parameters?: z.ZodObject<Shape>;
  /** The channel for checked settings: fields, draw, apply, applyGraph, and gainMean where it is known. */
  open(parameters: z.output<z.ZodObject<Shape>>): ChannelParts;
}

/**
 * A kind of channel from one definition: a line in `channels.ts`, or a module for `semlink verify --channel`.
 *
 * @throws SemlinkError "invalid-channel" when the name is not made of small letters, digits and hyphens
 * @example
 * export const channel = defineChannel({
 *   name: "half-power",
 *   open: () => ({
 *     fields: (numSymbols) => ({ noise: [numSymbols, 2] }),
 *     draw: (rng, images) => ({ noise: imageNoise(rng, images, images.numSymbols) }),
 *     apply: ..., applyGraph: ...,
 *   }),
 * });
 */
export function defineChannel<Shape extends z.ZodRawShape = z.ZodRawShape>(
  definition: ChannelDefinition<Shape>,
): ChannelFamily {
  const { name, variation = "fading", formula } = definition;
  const parameters = definition.parameters ?? (z.strictObject({}) as unknown as z.ZodObject<Shape>);
  if (!/^[a-z][a-z0-9-]*$/.test(name)) {
    throw new SemlinkError({
      code: "invalid-channel",
      where: "defineChannel",
      expected: "a name of small letters, digits and hyphens",
      actual: JSON.stringify(name),
    });
  }
  const checked = (written: unknown): z.output<z.ZodObject<Shape>> => {
    const result = parameters.safeParse(written);
    if (result.success) return result.data;
    throw wrongParameter(name, result.error.issues[0]!);
  };
  return {
    name,
    variation,
    ...(formula === undefined ? {} : { formula }),
    parameters,
    label: (written) => definition.label?.(checked(written)) ?? name,
    open(written) {
      const gainIndex = (): number => 0;
      return { gainIndex, ...definition.open(checked(written)), name, kindIndex: kindIndexOf(variation) };
    },
  };
}

function wrongParameter(name: string, { path, message }: z.core.$ZodIssue): SemlinkError {
  return new SemlinkError({
    code: "invalid-argument",
    where: [`channel ${name}`, ...path.map(String)].join("."),
    expected: "a value that the channel allows",
    actual: message,
  });
}
