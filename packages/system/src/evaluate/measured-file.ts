// SPDX-License-Identifier: Apache-2.0
import { type HostTensor, SemlinkError } from "@semlink/engine";
import { writeSafetensors } from "@semlink/engine/node";
import { readStageTensors } from "../store/stored-files.ts";
import type { OperatingPoint, PointMeasurement } from "./measure-link.ts";

/** One operating point with its figures for every image. */
export interface MeasuredPoint {
  /** Name of the radio. */
  readonly channel: string;
  readonly esNoDb: number;
  readonly numSymbols: number;
  readonly measurement: PointMeasurement;
}

const FIGURES = ["correct", "relativeError", "identified"] as const;

/** Points of a measurement, by the name of the radio. */
export function measuredPointsOf(measured: ReadonlyMap<OperatingPoint, PointMeasurement>): MeasuredPoint[] {
  return Array.from(measured, ([{ channel, ...place }, measurement]) => {
    return { ...place, channel: channel.name, measurement };
  });
}

/** Writes all figures of a line, image by image, and what else belongs to them. */
export async function writeMeasured(
  path: string,
  measured: ReadonlyMap<OperatingPoint, PointMeasurement>,
  others: ReadonlyMap<string, HostTensor> = new Map(),
): Promise<void> {
  const tensors = new Map(others);
  for (const { channel, esNoDb, numSymbols, measurement } of measuredPointsOf(measured)) {
    for (const figure of FIGURES) {
      const data = measurement[figure];
      const name = [channel, esNoDb, numSymbols, figure].join(" ");
      tensors.set(name, { dtype: "float32", shape: [data.length], data });
    }
  }
  await writeSafetensors(path, { tensors, metadata: {} });
}

/**
 * Reads what {@link writeMeasured} wrote.
 *
 * @throws SemlinkError `corrupt-file` when the file is missing or damaged
 */
export async function readMeasured(
  path: string,
): Promise<{ points: MeasuredPoint[]; read: (name: string) => HostTensor["data"] }> {
  const { tensors } = await readStageTensors(path);
  const read = (name: string): HostTensor["data"] => {
    const tensor = tensors.get(name);
    if (tensor) return tensor.data;
    throw new SemlinkError({
      code: "corrupt-file",
      where: path,
      expected: `measurements named "${name}"`,
      actual: "none",
      hint: "delete the folder; the line is measured again",
    });
  };
  const places = [...tensors.keys()].filter((name) => name.endsWith(FIGURES[0]));
  const points = places.map((place) => {
    const [channel, esNoDb, numSymbols] = place.split(" ") as [string, string, string];
    const figure = (name: string): Float32Array =>
      read([channel, esNoDb, numSymbols, name].join(" ")) as Float32Array;
    return {
      channel,
      esNoDb: Number(esNoDb),
      numSymbols: Number(numSymbols),
      measurement: {
        correct: figure("correct"),
        relativeError: figure("relativeError"),
        identified: figure("identified"),
      },
    };
  });
  return { points, read };
}
