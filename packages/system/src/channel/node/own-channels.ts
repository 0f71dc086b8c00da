// SPDX-License-Identifier: Apache-2.0
import { describeError, rngFrom, SemlinkError } from "@semlink/engine";
import type * as z from "zod";
import { type OwnExport, ownExport } from "../../config/node/own-module.ts";
import { lawsOf } from "../channel-laws.ts";
import type { ChannelModel, Reception } from "../channel-model.ts";
import { type ChannelObject, type ChannelSpec, openRadio, type OwnChannels } from "../channel-spec.ts";
import { channelFamilies } from "../channels.ts";
import { type ChannelDefinition, type ChannelFamily, defineChannel } from "../define-channel.ts";
import { hasFieldsOf } from "../impairment.ts";
import type { Radio } from "../radio.ts";

const ASKED: OwnExport = {
  code: "channel-module",
  names: ["channel", "default"],
  parts: { name: "string", open: "function" },
  taken: channelFamilies.map(({ name }) => name),
};

/**
 * The kind of channel that a module defines: its export `channel`, or its default export, made by `defineChannel` or a
 * plain object of the same form.
 *
 * @param path - module, relative to the working folder
 * @throws SemlinkError "channel-module" when the file cannot be read or run, or exports no channel of a name of its own
 */
export function loadChannelModule(path: string): ChannelFamily {
  // What defineChannel has made is again a definition: its channels have all that it asks for.
  return defineChannel(ownExport(path, ASKED) as ChannelDefinition<z.ZodRawShape>);
}

/** Keys of a spec that are no settings of its channel. */
const OF_EVERY_CHANNEL: readonly string[] = ["module", "digest", "model", "stages", "receiver"];

const MODEL_PARTS = ["fields", "draw", "apply", "applyGraph"] as const;

/**
 * Refuses a channel of a user's own that does not open with the settings of its spec, or that breaks a law of channels:
 * shapes, E|h|² = 1, noise of the level asked for, draws addressed by image.
 *
 * @throws SemlinkError "channel-module" naming what is broken; "invalid-argument" for a setting that it does not allow
 */
export function checkOwnChannel(spec: ChannelObject, family: ChannelFamily): void {
  const { module = "" } = spec;
  const settings = Object.fromEntries(
    Object.entries(spec).filter(([key]) => !OF_EVERY_CHANNEL.includes(key)),
  );
  const channel = openWhole(module, family, settings);
  const { attempt, refused } = judgeOf(module, family);
  for (const law of lawsOf(channel)) {
    const broken = attempt(`a channel that ${law.title}`, () => law.violation(channel));
    if (broken !== undefined) throw refused(`a channel that ${law.title}`, broken);
  }
}

/**
 * The channel of a module with its default settings, for `semlink verify --channel`: whole, though it may break laws.
 *
 * @throws SemlinkError "channel-module" in words for what is no channel at all
 */
export function openOwnChannel(path: string): ChannelModel {
  return openWhole(path, loadChannelModule(path), {});
}

const TRIAL = { batchSize: 2, numSymbols: 3 } as const;

/** Opens a channel and sends one small batch over it: every part is there, runs, and gives arrays of the right sizes. */
function openWhole(module: string, family: ChannelFamily, settings: object): ChannelModel {
  const { attempt, refused } = judgeOf(module, family);
  // Settings that the schema refuses are told by the family itself.
  family.label(settings);
  const channel = attempt("a channel that opens with its settings", () => family.open(settings));
  const missing = MODEL_PARTS.filter((part) => typeof channel[part] !== "function");
  if (missing.length > 0)
    throw refused(`open to return ${MODEL_PARTS.join(", ")}`, `no ${missing.join(", no ")}`);
  const { batchSize, numSymbols } = TRIAL;
  const count = batchSize * numSymbols;
  const sent = { x: new Float32Array(2 * count), no: new Float32Array(batchSize).fill(1) };
  const draw = attempt("draw to run", () => channel.draw(rngFrom(0), TRIAL));
  if (!attempt("fields to run", () => hasFieldsOf(channel, draw, batchSize, numSymbols))) {
    const sizes = Object.entries<Float32Array | undefined>(draw).map(
      ([name, values]) => `${name} ${values?.length}`,
    );
    throw refused("draw to give an array of the size of each of fields", sizes.join(", "));
  }
  const { y, h, no } = attempt("apply to run", (): Partial<Reception> => channel.apply(sent, draw));
  const isSized = y?.length === 2 * count && [2 * batchSize, 2 * count].includes(h?.length ?? 0);
  if (!isSized || ![batchSize, count].includes(no?.length ?? 0)) {
    const expected =
      "apply to return y [batch, numSymbols, 2], h [batch, 1 or numSymbols, 2], no [batch, 1 or numSymbols]";
    throw refused(expected, `${y?.length}, ${h?.length} and ${no?.length} values for 2 images of 3 symbols`);
  }
  return channel;
}

interface Judge {
  readonly refused: (expected: string, actual: string, cause?: unknown) => SemlinkError;
  /** What a part of the module gives; what it throws is refused. */
  readonly attempt: <T>(expected: string, does: () => T) => T;
}

function judgeOf(module: string, family: ChannelFamily): Judge {
  const refused: Judge["refused"] = (expected, actual, cause) =>
    new SemlinkError({
      code: ASKED.code,
      where: `${module}, channel ${family.name}`,
      expected,
      actual,
      hint: `\`semlink verify --channel ${module} --quick\` checks it alone`,
      cause,
    });
  return {
    refused,
    attempt(expected, does) {
      try {
        return does();
      } catch (cause) {
        throw refused(expected, describeError(cause).message, cause);
      }
    },
  };
}

/** The channels of modules by their digests. @param modules - path of each by its digest */
export function loadOwnChannels(
  specs: readonly ChannelSpec[],
  modules: Readonly<Record<string, string>>,
): OwnChannels {
  const own: Record<string, ChannelFamily> = {};
  for (const spec of specs) {
    if (typeof spec === "string" || spec.digest === undefined) continue;
    own[spec.digest] ??= loadChannelModule(modules[spec.digest] ?? spec.module ?? "");
  }
  return own;
}

/** The radios of specs, those of a user's own modules among them. */
export function openRadiosOf(
  specs: readonly ChannelSpec[],
  modules: Readonly<Record<string, string>>,
): Radio[] {
  const own = loadOwnChannels(specs, modules);
  return specs.map((spec) => openRadio(spec, own));
}
