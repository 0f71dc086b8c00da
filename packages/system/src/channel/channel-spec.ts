// SPDX-License-Identifier: Apache-2.0
import * as z from "zod";
import type { ChannelModel } from "./channel-model.ts";
import type { ChannelInfo } from "../results/channels.ts";
import type { ChannelStateInformation } from "./channel-state.ts";
import { channelFamilies, channelFamilyNamed } from "./channels.ts";
import { equalizers } from "./equalizer.ts";
import { bestReceiver, type Radio, radioOf, type ReceiverOptions } from "./radio.ts";
import { stagedChannel } from "./impaired-channel.ts";
import { stageFamilies } from "./impairments.ts";

/** A stage as a configuration writes it: its kind and its settings. */
export interface StageObject {
  readonly stage: string;
  readonly [setting: string]: unknown;
}

/** A radio as a configuration writes it at length: a kind of channel and its settings, impairments, receiver. */
export interface ChannelObject {
  readonly model: string;
  readonly stages?: readonly StageObject[] | undefined;
  readonly receiver?: Partial<ReceiverOptions> | undefined;
  readonly [setting: string]: unknown;
}

/** A radio as a configuration writes it: the name of a channel with its default settings, or an object. */
export type ChannelSpec = string | ChannelObject;

const stageObject: z.ZodType<StageObject, StageObject> = z.discriminatedUnion(
  "stage",
  nonEmpty(
    stageFamilies.map(({ name, parameters }) =>
      z.strictObject({ stage: z.literal(name), ...parameters.shape }),
    ),
  ),
);

const csi: z.ZodType<ChannelStateInformation> = z
  .union([
    z.enum(["none", "es-no", "perfect"]),
    z.strictObject({ pilots: z.int().min(1), estimator: z.enum(["ls", "mmse"]) }),
    z.strictObject({ rho: z.number().min(0).max(1) }),
  ])
  .describe(
    "what the receiver knows: none, es-no, perfect, { pilots, estimator: ls or mmse }, or { rho } (aged)",
  );

const receiverObject: z.ZodType<Partial<ReceiverOptions>> = z
  .strictObject({
    csi: csi.default(bestReceiver.csi),
    equalizer: z.enum(equalizers).default(bestReceiver.equalizer),
    esNoOffsetDb: z
      .number()
      .min(-60)
      .max(60)
      .default(bestReceiver.esNoOffsetDb)
      .describe("error of the Es/N0 that the codec is told [dB]"),
  })
  .describe("how what arrives is treated");

const channelObject: z.ZodType<ChannelObject, ChannelObject> = z.discriminatedUnion(
  "model",
  nonEmpty(
    channelFamilies.map(({ name, parameters }) =>
      z.strictObject({
        model: z.literal(name),
        ...parameters.shape,
        stages: z.array(stageObject).optional().describe("impairments, in their order"),
        receiver: receiverObject.optional(),
      }),
    ),
  ),
) as unknown as z.ZodType<ChannelObject, ChannelObject>;

/** Validates a {@link ChannelSpec}: the name of a channel, or an object with its settings. */
export const channelSpecSchema: z.ZodType<ChannelSpec, ChannelSpec> = z.union([
  z.enum(channelFamilies.map(({ name }) => name)),
  channelObject,
]);

/**
 * Name of a radio in results and files, without spaces: the channel's name, or the object with its settings in the order
 * of its keys, `rician(kFactorDb=6,form=block)`.
 */
export function channelId(spec: ChannelSpec): string {
  if (typeof spec === "string") return spec;
  const { model, ...settings } = spec;
  const text = settingsText(settings);
  return text === "" ? model : `${model}(${text})`;
}

function settingsText(settings: object): string {
  return Object.entries(settings)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${valueText(value)}`)
    .join(",");
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(valueText).join(",")}]`;
  return typeof value === "object" && value !== null ? `{${settingsText(value)}}` : String(value);
}

/** What results say of a radio: its name for readers, with impairments and receiver as the configuration writes them. */
export function channelInfoOf(spec: ChannelSpec): ChannelInfo {
  const { model, stages, receiver, ...settings } = typeof spec === "string" ? { model: spec } : spec;
  const family = channelFamilyNamed(model);
  const others = settingsText({ stages, receiver });
  const label = family.label(settings);
  return {
    id: channelId(spec),
    label: others === "" ? label : `${label}, ${others.replaceAll(",", ", ")}`,
    ...(family.formula === undefined ? {} : { formula: family.formula }),
    isFading: family.variation === "fading",
  };
}

/** {@link channelInfoOf} every radio among these, each once, in their order. */
export function channelInfosOf(specs: readonly ChannelSpec[]): ChannelInfo[] {
  return [...new Map(specs.map(channelInfoOf).map((info) => [info.id, info])).values()];
}

/**
 * The channel of a checked spec, impairments included, receiver left out.
 *
 * @throws SemlinkError "unknown-channel", or "invalid-argument" for settings that the channel does not allow
 */
export function openChannel(spec: ChannelSpec): ChannelModel {
  if (typeof spec === "string") return channelFamilyNamed(spec).open({});
  const { model, stages = [], ...rest } = spec;
  const settings = Object.fromEntries(Object.entries(rest).filter(([key]) => key !== "receiver"));
  const channel = channelFamilyNamed(model).open(settings);
  return stagedChannel(
    channel,
    stages.map(({ stage, ...parameters }) =>
      stageFamilies.find(({ name }) => name === stage)!.open(parameters),
    ),
  );
}

/**
 * The radio of a checked spec.
 *
 * @throws SemlinkError "unknown-channel", or "invalid-argument" for settings that the channel does not allow
 */
export function openRadio(spec: ChannelSpec): Radio {
  const receiver = typeof spec === "string" ? {} : (spec.receiver ?? {});
  return radioOf(openChannel(spec), { ...bestReceiver, ...receiver }, channelId(spec));
}

function nonEmpty<T>([first, ...rest]: readonly T[]): [T, ...T[]] {
  return [first!, ...rest];
}
