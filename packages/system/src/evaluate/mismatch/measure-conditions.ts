// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { join } from "node:path";
import { channelId, type ChannelSpec, openRadio } from "../../channel/channel-spec.ts";
import { contentHash } from "../../store/canonical-json.ts";
import { measureLine, type MeasureLineOptions, type PointMeasurement } from "../measure-link.ts";
import { readMeasured, writeMeasured } from "../measured-file.ts";
import type { SystemIdentity, TestedSystem } from "./tested-system.ts";

/** Figures of one system by the name of the radio, then by Es/N0; without radios that it does not support. */
export type MeasuredConditions = ReadonlyMap<string, ReadonlyMap<number, PointMeasurement>>;

/** What all systems and conditions have in common. */
export type TestSetting = Pick<MeasureLineOptions, "labels" | "numClasses" | "esNoDb" | "rng" | "signal"> & {
  readonly numSymbols: number;
};

/**
 * Measures all systems over every channel, one transmission of each image, one file for each system and channel in
 * `folder`. What is there and whole is not measured again, so an interrupted call goes on where it ended.
 *
 * @param options - onCondition is told the number of channels done, and of all
 * @throws the reason of the signal
 */
export async function measureConditions(options: {
  readonly folder: string;
  readonly systems: readonly TestedSystem[];
  readonly channels: readonly ChannelSpec[];
  readonly setting: TestSetting;
  readonly onCondition: (done: number, total: number) => void;
}): Promise<void> {
  const { folder, systems, channels, onCondition } = options;
  const { numSymbols, ...setting } = options.setting;
  for (const [index, channel] of channels.entries()) {
    const radio = openRadio(channel);
    for (const { name, line, embeddings } of systems.filter((system) => system.supports(radio))) {
      setting.signal?.throwIfAborted();
      const path = fileOf(folder, name, channel);
      if (await isMeasured(path)) continue;
      const measured = await measureLine({
        ...{ ...setting, line, channels: [radio], lengths: [numSymbols], drawsPerImage: 1 },
        ...(embeddings ? { embeddings } : {}),
        onPoint: () => undefined,
      });
      await writeMeasured(path, measured);
    }
    onCondition(index + 1, channels.length);
  }
}

/**
 * Reads what {@link measureConditions} measured of one system.
 *
 * @throws SemlinkError `corrupt-file` when a file is missing or damaged
 */
export async function readConditions(
  folder: string,
  system: SystemIdentity,
  channels: readonly ChannelSpec[],
): Promise<MeasuredConditions> {
  const supported = channels.filter((channel) => system.supports(openRadio(channel)));
  const conditions = await Promise.all(
    supported.map(async (channel) => {
      const { points } = await readMeasured(fileOf(folder, system.name, channel));
      const byEsNo = points.map(({ esNoDb, measurement }) => [esNoDb, measurement] as const);
      return [channelId(channel), new Map(byEsNo)] as const;
    }),
  );
  return new Map(conditions);
}

async function isMeasured(path: string): Promise<boolean> {
  try {
    await readMeasured(path);
    return true;
  } catch (error) {
    if (error instanceof SemlinkError && error.code === "corrupt-file") return false;
    throw error;
  }
}

const HASH_DIGITS = 16;

function fileOf(folder: string, system: string, channel: ChannelSpec): string {
  const condition = contentHash(channelId(channel)).slice(0, HASH_DIGITS);
  return join(folder, `${system}-${condition}.measured.safetensors`);
}
