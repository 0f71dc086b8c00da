// SPDX-License-Identifier: Apache-2.0
import { type HostTensor, rngFrom } from "@semlink/engine";
import { writeSafetensors } from "@semlink/engine/node";
import { truncate } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { channelId } from "../../channel/channel-spec.ts";
import { eachTempFolder } from "../../temp-folder.fixture.ts";
import type { MeasuredPoint } from "../measure-line.ts";
import { readMeasured, writeMeasured } from "./measured-file.ts";

const folder = eachTempFolder();
const path = (): string => join(folder(), "measured.safetensors");
const corrupt = expect.objectContaining({ code: "corrupt-file" }) as Error;

const channel = channelId({ model: "rayleigh-block", receiver: { csi: { pilots: 2, estimator: "ls" } } });
const points: readonly MeasuredPoint[] = [-10, 2.5].flatMap((esNoDb) =>
  [4, 16].map((numSymbols) => ({
    channel,
    esNoDb,
    numSymbols,
    outcomes: {
      accuracy: rngFrom(numSymbols).fold(`${esNoDb}`).uniform(7),
      embeddingR2: rngFrom(numSymbols).uniform(5),
    },
  })),
);

describe("a file of measured points", () => {
  it("gives back what was written, to the bit", async () => {
    await writeMeasured(path(), points);
    const placeOf = ({ esNoDb, numSymbols }: MeasuredPoint): number => 100 * esNoDb + numSymbols;
    const read = await readMeasured(path());
    expect(read.toSorted((a, b) => placeOf(a) - placeOf(b))).toEqual(points);
  });

  it("counts as corrupt when it is missing, cut short, or of another kind", async () => {
    await expect(readMeasured(path())).rejects.toThrow(corrupt);
    await writeMeasured(path(), points);
    await truncate(path(), 300);
    await expect(readMeasured(path())).rejects.toThrow(corrupt);
    const weights: HostTensor = { dtype: "float32", shape: [1], data: Float32Array.of(1) };
    const tensors = new Map([["weights", weights]]);
    await writeSafetensors(path(), { tensors, metadata: {} });
    await expect(readMeasured(path())).rejects.toThrow(corrupt);
  });
});
