// SPDX-License-Identifier: Apache-2.0
import { describeError, SemlinkError } from "@semlink/engine";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { ChannelSpec } from "../channel/channel-spec.ts";
import { loadChannelModule } from "../channel/node/own-channels.ts";
import type { Experiment, OwnParts } from "../experiment.ts";
import { loadLineModule } from "../lines/node/own-lines.ts";

/** Modules of an experiment: what they export, and the path of each by the digest of its content. */
export interface LoadedParts {
  readonly parts: OwnParts;
  readonly modules: Readonly<Record<string, string>>;
}

type Written = Readonly<Record<string, unknown>>;

/**
 * A configuration with the digest of every module that it names, and with the names of the channels and lines in them: from
 * then on a module is known by its content, and its path is an address.
 *
 * @param value - the configuration as written, not checked yet
 * @throws SemlinkError "channel-module", "line-module", "missing-module" naming the file
 */
export function withModules(value: Written): Written {
  const channels = (list: unknown): unknown => mapList(list, ownChannel);
  const codec = mapKeys(value["codec"], { channels });
  const evaluate = mapKeys(value["evaluate"], {
    channels,
    matrix: (matrix) =>
      mapKeys(matrix, {
        axes: (axes) =>
          mapList(axes, (axis) =>
            mapKeys(axis, {
              conditions: (list) => mapList(list, (condition) => mapKeys(condition, { channel: ownChannel })),
            }),
          ),
      }),
  });
  return {
    ...value,
    ...(codec === undefined ? {} : { codec }),
    ...(evaluate === undefined ? {} : { evaluate }),
    ...("lines" in value ? { lines: mapList(value["lines"], ownLine) } : {}),
    ...("teacher" in value ? { teacher: withDigest(value["teacher"]) } : {}),
    ...("data" in value ? { data: withDigest(value["data"]) } : {}),
  };
}

/** Loads the modules of a checked experiment. */
export function loadOwnParts(experiment: Experiment): LoadedParts {
  const { codec, evaluate, lines, teacher, data } = experiment;
  const ofMatrix =
    evaluate.matrix?.axes.flatMap(({ conditions }) => conditions.map(({ channel }) => channel)) ?? [];
  const specs: readonly ChannelSpec[] = [...codec.channels, ...evaluate.channels, ...ofMatrix];
  const modules: Record<string, string> = {};
  const channels: Record<string, OwnParts["channels"][string]> = {};
  const ownLines: Record<string, OwnParts["lines"][string]> = {};
  for (const spec of specs) {
    if (typeof spec === "string" || spec.digest === undefined) continue;
    modules[spec.digest] = resolve(spec.module!);
    channels[spec.digest] ??= loadChannelModule(spec.module!);
  }
  for (const line of lines) {
    if (typeof line === "string" || line.digest === undefined) continue;
    modules[line.digest] = resolve(line.module!);
    ownLines[line.digest] ??= loadLineModule(line.module!);
  }
  for (const { module, digest } of [teacher, data]) {
    if (module !== undefined && digest !== undefined) modules[digest] = resolve(module);
  }
  return { parts: { channels, lines: ownLines }, modules };
}

/** Channels and lines of the modules that a configuration names, for its check. */
export function partsOf(value: Written): OwnParts {
  const channels: Record<string, OwnParts["channels"][string]> = {};
  const lines: Record<string, OwnParts["lines"][string]> = {};
  const visit = (item: unknown, isLine: boolean): void => {
    if (Array.isArray(item)) for (const one of item) visit(one, isLine);
    if (!isObject(item)) return;
    const { module, digest } = item;
    if (typeof module === "string" && typeof digest === "string") {
      if (isLine) lines[digest] ??= loadLineModule(module);
      else channels[digest] ??= loadChannelModule(module);
      return;
    }
    for (const one of Object.values(item)) visit(one, isLine);
  };
  visit(value["lines"], true);
  visit(value["codec"], false);
  visit(value["evaluate"], false);
  return { channels, lines };
}

function ownChannel(spec: unknown): unknown {
  if (!isObject(spec) || typeof spec["module"] !== "string") return spec;
  return { ...spec, model: loadChannelModule(spec["module"]).name, digest: moduleDigest(spec["module"]) };
}

function ownLine(spec: unknown): unknown {
  if (!isObject(spec) || typeof spec["module"] !== "string") return spec;
  return { ...spec, line: loadLineModule(spec["module"]).name, digest: moduleDigest(spec["module"]) };
}

function withDigest(section: unknown): unknown {
  if (!isObject(section) || typeof section["module"] !== "string") return section;
  return { ...section, digest: moduleDigest(section["module"]) };
}

/** sha256 (hex) of the content of a module. @throws SemlinkError "missing-module" */
export function moduleDigest(path: string): string {
  try {
    return createHash("sha256")
      .update(readFileSync(resolve(path)))
      .digest("hex");
  } catch (cause) {
    throw new SemlinkError({
      code: "missing-module",
      where: path,
      expected: "a module that can be read",
      actual: describeError(cause).message,
      hint: "paths are relative to the working folder",
      cause,
    });
  }
}

function mapKeys(section: unknown, maps: Readonly<Record<string, (value: unknown) => unknown>>): unknown {
  if (!isObject(section)) return section;
  const entries = Object.entries(section).map(([key, value]) => [key, maps[key]?.(value) ?? value] as const);
  return Object.fromEntries(entries);
}

function mapList(list: unknown, map: (item: unknown) => unknown): unknown {
  return Array.isArray(list) ? list.map(map) : list;
}

function isObject(value: unknown): value is Written {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
