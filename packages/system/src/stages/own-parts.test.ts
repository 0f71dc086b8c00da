// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Experiment, parseExperiment } from "../experiment.ts";
import { lineSpecs } from "../lines/learned/line-spec.ts";
import { eachTempFolder } from "../temp-folder.fixture.ts";
import { moduleDigest } from "../config/node/own-module.ts";
import { loadOwnParts, partsOf, withModules } from "./own-parts.ts";

const folder = eachTempFolder();

// Noise alone, each image by itself; what the laws of channels ask for and no more.
const CHANNEL = `
const open = () => ({
  fields: (count) => ({ noise: [count, 2] }),
  draw(rng, { firstImage = 0, batchSize, numSymbols }) {
    const noise = new Float32Array(2 * batchSize * numSymbols);
    for (let i = 0; i < batchSize; i++) {
      noise.set(rng.fold(firstImage + i).complexNormal(numSymbols), 2 * i * numSymbols);
    }
    return { noise };
  },
  apply({ x, no }, { noise }) {
    const perImage = x.length / no.length;
    const y = x.map((value, i) => value + Math.sqrt(no[Math.floor(i / perImage)]) * noise[i]);
    return { y, h: x.map((_, i) => 1 - (i % 2)), no };
  },
  applyGraph() { throw new Error("not trained here"); },
});
export const channel = { name: "mine", variation: "steady", open };`;
const SETTINGS = `{ safeParse: (value) => ({ success: true, data: { width: 3, ...value } }) }`;
const LINE = `export const line = {
  name: "own-line", label: () => "Own", role: "rival", startsFrom: "control", version: 4, settings: ${SETTINGS},
  declares: () => ({}), network: () => ({}), graph: () => ({}), phases: () => []
};`;

function written(name: string, text: string): string {
  const path = join(folder(), name);
  writeFileSync(path, text);
  return path;
}

/** The experiment of a configuration, read as the command line reads it. */
function read(configuration: Readonly<Record<string, unknown>>): Experiment {
  const complete = withModules(configuration);
  return parseExperiment(complete, "own", partsOf(complete));
}

describe("modules of a configuration", () => {
  it("are known by their content: digests and names are filled in, wherever a channel or a line stands", () => {
    const [channel, line] = [written("channel.mjs", CHANNEL), written("line.mjs", LINE)];
    const spec = { module: channel };
    const axes = [{ id: "a", title: "A", conditions: [{ name: "own", channel: spec }] }];
    const experiment = read({
      name: "own",
      codec: { channels: ["awgn", spec] },
      lines: ["cat", { module: line }],
      evaluate: { channels: [spec], matrix: { axes } },
    });
    const named = { module: channel, model: "mine", digest: moduleDigest(channel) };
    expect(experiment.codec.channels[1]).toMatchObject(named);
    expect(experiment.evaluate.channels).toMatchObject([named]);
    expect(experiment.evaluate.matrix!.axes[0]!.conditions[0]!.channel).toMatchObject(named);
    const ofLine = { module: line, line: "own-line", id: "own-line", digest: moduleDigest(line), width: 3 };
    expect(experiment.lines[1]).toEqual(ofLine);
  });

  it("are loaded again from a checked experiment, with the path of each by its digest", () => {
    const [channel, line] = [written("channel.mjs", CHANNEL), written("line.mjs", LINE)];
    const experiment = read({
      name: "own",
      codec: { channels: ["awgn", { module: channel }] },
      lines: [{ module: line }],
    });
    const { parts, modules } = loadOwnParts(experiment);
    expect(modules).toEqual({ [moduleDigest(channel)]: channel, [moduleDigest(line)]: line });
    expect(parts.channels[moduleDigest(channel)]!.name).toBe("mine");
    const [spec] = lineSpecs(experiment.lines, parts.lines);
    expect(spec).toMatchObject({ id: "own-line", line: "own-line", version: 4, settings: { width: 3 } });
  });

  it("may be a teacher and a dataset, whose content counts and not their place", () => {
    const text = "export const teacher = {};";
    const [here, there] = [written("a.mjs", text), written("b.mjs", text)];
    const digestOf = (module: string): unknown => withModules({ teacher: { module } })["teacher"];
    expect(digestOf(here)).toEqual({ module: here, digest: createHash("sha256").update(text).digest("hex") });
    expect(digestOf(there)).toMatchObject({ digest: moduleDigest(here) });
    expect(withModules({ data: { module: here } })["data"]).toMatchObject({ digest: moduleDigest(here) });
    expect(moduleDigest(written("a.mjs", `${text}\n`))).not.toBe(moduleDigest(there));
  });

  it("leave a configuration without modules as it is", () => {
    const plain = {
      name: "plain",
      lines: ["cat"],
      teacher: { source: "train" },
      codec: { channels: ["awgn"] },
    };
    expect(withModules(plain)).toEqual(plain);
    expect(partsOf(plain)).toEqual({ channels: {}, lines: {} });
  });

  it("are refused by name where they are missing or export something else", () => {
    const refused = (code: string, where: string): unknown => expect.objectContaining({ code, where });
    const absent = join(folder(), "absent.mjs");
    const other = written("other.mjs", "export const gain = 1;");
    expect(() => withModules({ teacher: { module: absent } })).toThrow(refused("missing-module", absent));
    expect(() => withModules({ lines: [{ module: other }] })).toThrow(refused("line-module", other));
    expect(() => withModules({ codec: { channels: [{ module: other }] } })).toThrow(
      expect.objectContaining({ code: "channel-module" }),
    );
  });
});
