// SPDX-License-Identifier: Apache-2.0
import { describeError, SemlinkError } from "@semlink/engine";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type * as z from "zod";
import { type ChannelDefinition, type ChannelFamily, defineChannel } from "./define-channel.ts";

/** Names under which a module may export its channel. */
const EXPORTS = ["channel", "default"] as const;

/**
 * The kind of channel that a module defines: its export `channel`, or its default export, made by `defineChannel` or a
 * plain object of the same form.
 *
 * TypeScript is read where Node strips types (22.18 and later, 23.6 and later); elsewhere the file must be .js or .mjs.
 *
 * @param path - module, relative to the working folder
 * @throws SemlinkError "channel-module" when the file cannot be read or run, or exports no channel
 */
export async function loadChannelModule(path: string): Promise<ChannelFamily> {
  const file = resolve(path);
  const isTypeScript = /\.[cm]?ts$/.test(file);
  if (isTypeScript && Reflect.get(process.features, "typescript") === undefined) {
    throw failure(path, "a JavaScript module", "TypeScript", {
      hint: `Node ${process.versions.node} cannot run it: compile it to .js, or use Node 22.18 or later`,
    });
  }
  const exported = await importModule(path, file);
  const found = EXPORTS.map((name) => exported[name]).find((value) => value !== undefined);
  // What defineChannel has made is again a definition: its channels have all that it asks for.
  if (isDefinition(found)) return defineChannel(found);
  const names = Object.keys(exported);
  throw failure(
    path,
    "an export `channel` made by defineChannel",
    names.length > 0 ? names.join(", ") : "no exports",
    {
      hint: "a channel has a name and open(parameters), which returns fields, draw, apply and applyGraph",
    },
  );
}

async function importModule(path: string, file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw failure(path, "a module that can be imported", describeError(cause).message, { cause });
  }
}

function isDefinition(value: unknown): value is ChannelDefinition<z.ZodRawShape> {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof Reflect.get(value, "name") === "string" &&
    typeof Reflect.get(value, "open") === "function"
  );
}

function failure(
  where: string,
  expected: string,
  actual: string,
  rest: { readonly hint?: string; readonly cause?: unknown },
): SemlinkError {
  return new SemlinkError({ code: "channel-module", where, expected, actual, ...rest });
}
