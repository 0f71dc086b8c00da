// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import type * as z from "zod";
import { loadOwnModule } from "../../config/node/own-module.ts";
import { type ChannelSpec, openRadio, type OwnChannels } from "../channel-spec.ts";
import { type ChannelDefinition, type ChannelFamily, defineChannel } from "../define-channel.ts";
import type { Radio } from "../radio.ts";

/** Names under which a module may export its channel. */
const EXPORTS = ["channel", "default"] as const;

/**
 * The kind of channel that a module defines: its export `channel`, or its default export, made by `defineChannel` or a
 * plain object of the same form.
 *
 * @param path - module, relative to the working folder
 * @throws SemlinkError "channel-module" when the file cannot be read or run, or exports no channel
 */
export function loadChannelModule(path: string): ChannelFamily {
  const exported = loadOwnModule(path, { code: "channel-module", expected: "a module that can be imported" });
  const found = EXPORTS.map((name) => exported[name]).find((value) => value !== undefined);
  // What defineChannel has made is again a definition: its channels have all that it asks for.
  if (isDefinition(found)) return defineChannel(found);
  const names = Object.keys(exported);
  throw new SemlinkError({
    code: "channel-module",
    where: path,
    expected: "an export `channel` made by defineChannel",
    actual: names.length > 0 ? names.join(", ") : "no exports",
    hint: "a channel has a name and open(parameters), which returns fields, draw, apply and applyGraph",
  });
}

function isDefinition(value: unknown): value is ChannelDefinition<z.ZodRawShape> {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof Reflect.get(value, "name") === "string" &&
    typeof Reflect.get(value, "open") === "function"
  );
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
