// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import * as z from "zod";
import type { ChannelModel } from "./channel-model.ts";
import type { ChannelInfo } from "../results/lines.ts";
import type { ChannelStateInformation } from "./channel-state.ts";
import { channelFamilies, channelFamilyNamed, impairmentFamilies } from "./channels.ts";
import type { ChannelFamily } from "./define-channel.ts";
import { equalizers } from "./equalizer.ts";
import { bestReceiver, type Radio, radioOf, type ReceiverOptions } from "./radio.ts";
import { impairedChannel } from "./impairment.ts";

/** An impairment as a configuration writes it: its kind and its settings. */
export interface ImpairmentObject {
  readonly impairment: string;
  readonly [setting: string]: unknown;
}

/** A radio as a configuration writes it at length: a kind of channel and its settings, impairments, receiver. */
export interface ChannelObject {
  readonly model: string;
  /** Module of a user's own that exports the channel, and the sha256 (hex) of its content. */
  readonly module?: string | undefined;
  readonly digest?: string | undefined;
  readonly impairments?: readonly ImpairmentObject[] | undefined;
  readonly receiver?: Partial<ReceiverOptions> | undefined;
  readonly [setting: string]: unknown;
}

/** Channels of a user's own modules by the digest of the module. */
export type OwnChannels = Readonly<Record<string, ChannelFamily>>;

/** A radio as a configuration writes it: the name of a channel with its default settings, or an object. */
export type ChannelSpec = string | ChannelObject;

const impairmentObject: z.ZodType<ImpairmentObject, ImpairmentObject> = z.discriminatedUnion(
  "impairment",
  nonEmpty(
    impairmentFamilies.map(({ name, parameters }) =>
      z.strictObject({ impairment: z.literal(name), ...parameters.shape }),
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
        impairments: z.array(impairmentObject).optional().describe("impairments, in their order"),
        receiver: receiverObject.optional(),
      }),
    ),
  ),
) as unknown as z.ZodType<ChannelObject, ChannelObject>;

const ownChannelObject: z.ZodType<ChannelObject, ChannelObject> = z.looseObject({
  module: z.string().min(1).describe("module of one's own that exports `channel`, made by defineChannel"),
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe("sha256 of the module; filled in when the configuration is read"),
  model: z.string().min(1).describe("name of its channel; filled in when the configuration is read"),
  impairments: z.array(impairmentObject).optional().describe("impairments, in their order"),
  receiver: receiverObject.optional(),
}) as unknown as z.ZodType<ChannelObject, ChannelObject>;

/**
 * Validates a {@link ChannelSpec}: the name of a channel, or an object with its settings. The former spelling
 * `stages: [{ stage: rapp }]` of `impairments: [{ impairment: rapp }]` is read as the present one.
 */
export const channelSpecSchema: z.ZodType<ChannelSpec, ChannelSpec> = z.preprocess(
  presentSpelling,
  z.union([z.enum(channelFamilies.map(({ name }) => name)), channelObject, ownChannelObject]),
) as z.ZodType<ChannelSpec, ChannelSpec>;

function presentSpelling(written: unknown): unknown {
  if (!isRecord(written) || !Array.isArray(written["stages"]) || "impairments" in written) return written;
  const { stages, ...others } = written;
  const impairments = (stages as readonly unknown[]).map((entry) => {
    if (!isRecord(entry) || !("stage" in entry) || "impairment" in entry) return entry;
    const { stage, ...settings } = entry;
    return { impairment: stage, ...settings };
  });
  return { ...others, impairments };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Name of a radio in results and files, without spaces: the channel's name, or the object with its settings in the order
 * of its keys, `rician(kFactorDb=6,form=block)`.
 */
export function channelId(spec: ChannelSpec): string {
  if (typeof spec === "string") return spec;
  const text = settingsText(without(spec, ["model", "module", "digest"]));
  return text === "" ? spec.model : `${spec.model}(${text})`;
}

/** The settings of its kind that a channel object has. */
function settingsOf(object: ChannelObject): object {
  return without(object, ["model", "module", "digest", "impairments", "receiver"]);
}

function without(object: object, keys: readonly string[]): object {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
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
export function channelInfoOf(spec: ChannelSpec, own: OwnChannels = {}): ChannelInfo {
  const object: ChannelObject = typeof spec === "string" ? { model: spec } : spec;
  const { impairments, receiver } = object;
  const family = channelFamilyOf(spec, own);
  const others = settingsText({ impairments, receiver });
  const label = family.label(settingsOf(object));
  return {
    id: channelId(spec),
    label: others === "" ? label : `${label}, ${others.replaceAll(",", ", ")}`,
    ...(family.formula === undefined ? {} : { formula: family.formula }),
    isFading: family.variation === "fading",
  };
}

/** {@link channelInfoOf} every radio among these, each once, in their order. */
export function channelInfosOf(specs: readonly ChannelSpec[], own: OwnChannels = {}): ChannelInfo[] {
  const infos = specs.map((spec) => channelInfoOf(spec, own));
  return [...new Map(infos.map((info) => [info.id, info])).values()];
}

/**
 * The channel of a checked spec, impairments included, receiver left out.
 *
 * @param own - channels of a user's own modules
 * @throws SemlinkError "unknown-channel", or "invalid-argument" for settings that the channel does not allow
 */
export function openChannel(spec: ChannelSpec, own: OwnChannels = {}): ChannelModel {
  if (typeof spec === "string") return channelFamilyNamed(spec).open({});
  const { impairments = [] } = spec;
  const channel = channelFamilyOf(spec, own).open(settingsOf(spec));
  return impairedChannel(
    channel,
    impairments.map(({ impairment, ...parameters }) =>
      impairmentFamilies.find(({ name }) => name === impairment)!.open(parameters),
    ),
  );
}

/**
 * The radio of a checked spec.
 *
 * @throws SemlinkError "unknown-channel", or "invalid-argument" for settings that the channel does not allow
 */
export function openRadio(spec: ChannelSpec, own: OwnChannels = {}): Radio {
  const receiver = typeof spec === "string" ? {} : (spec.receiver ?? {});
  return radioOf(openChannel(spec, own), { ...bestReceiver, ...receiver }, channelId(spec));
}

/**
 * The kind of channel of a spec, a user's own among them.
 *
 * @throws SemlinkError "unknown-channel"; "channel-module" for a module that was not loaded
 */
export function channelFamilyOf(spec: ChannelSpec, own: OwnChannels = {}): ChannelFamily {
  if (typeof spec === "string") return channelFamilyNamed(spec);
  if (spec.digest === undefined) return channelFamilyNamed(spec.model);
  const family = own[spec.digest];
  if (family) return family;
  throw new SemlinkError({
    code: "channel-module",
    where: `channel ${spec.model}`,
    expected: "a module that has been loaded",
    actual: spec.module ?? "no path",
    hint: "modules are loaded in Node alone, when a configuration is read",
  });
}

function nonEmpty<T>([first, ...rest]: readonly T[]): [T, ...T[]] {
  return [first!, ...rest];
}
