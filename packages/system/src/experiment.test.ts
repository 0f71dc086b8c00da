// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { SemlinkError } from "@semlink/engine";
import { defineExperiment, experimentJsonSchema, parseExperiment } from "./experiment.ts";
import { presetNamed, presets } from "./presets/presets.ts";

function rejection(work: () => unknown): SemlinkError {
  try {
    work();
  } catch (error) {
    if (error instanceof SemlinkError) return error;
  }
  throw new Error("expected a SemlinkError");
}

/** The message for an experiment with this mistake. */
function messageFor(mistake: object): string {
  const error = rejection(() => parseExperiment({ name: "x", ...mistake }, "file.yaml"));
  expect(error.code).toBe("invalid-config");
  return error.message;
}

describe("defaults", () => {
  it("complete an experiment from its name", () => {
    const experiment = defineExperiment({ name: "x" });
    expect(experiment.codec).toMatchObject({
      maxSymbols: 64,
      lengths: [4, 8, 16, 32, 64],
      cleanFraction: 0.2,
      sandwichFraction: 1 / 3,
    });
    expect(experiment.evaluate).toMatchObject({ esNoDb: [-10, -5, 0, 5, 10, 15, 20] });
    expect(experiment.robust.terms).toEqual({
      teacherFeature: 0.5,
      ownFeature: 0.5,
      soft: 0.5,
      hard: 1,
      device: 1,
    });
    expect(experiment.teacher.source).toBe("shipped");
    expect(experiment.data.dataset).toBe("cifar10");
  });

  it.each([
    [64, [4, 8, 16, 32, 64]],
    [48, [4, 8, 16, 32, 48]],
    [4, [4]],
    [2, [2]],
  ])("of the lengths double up to %i symbols", (maxSymbols, lengths) => {
    const codec = { maxSymbols, cat: { numTokens: 1 } };
    expect(defineExperiment({ name: "x", codec }).codec.lengths).toEqual(lengths);
  });

  it("of the longest transmission is the longest of the lengths", () => {
    expect(defineExperiment({ name: "x", codec: { lengths: [4, 16] } }).codec.maxSymbols).toBe(16);
  });

  it("of the evaluation are what the codec was trained for", () => {
    const codec = { lengths: [8, 24], channels: ["awgn"] } as const;
    expect(defineExperiment({ name: "x", codec }).evaluate).toMatchObject(codec);
  });

  it("leave a complete experiment as it is", () => {
    for (const preset of presets) {
      const experiment = parseExperiment(preset, preset.name);
      expect(parseExperiment(experiment, "again")).toEqual(experiment);
      expect(parseExperiment(JSON.parse(JSON.stringify(experiment)), "from a file")).toEqual(experiment);
    }
  });
});

describe("a mistake is named with place, expected, actual and what to do", () => {
  it.each<[string, object, RegExp]>([
    ["unknown key", { codec: { lenghts: [4] } }, /^file.yaml at codec.lenghts: .*known key.*"lengths"\?/],
    ["unknown section", { codecs: {} }, /at codecs: .*did you mean "codec"\?/],
    ["key that resembles none", { zzz: 1 }, /at zzz: .*known here: name, seed, task, /],
    ["unknown choice", { data: { dataset: "cifar-10" } }, /at data.dataset: .*did you mean "cifar10"\?/],
    ["wrong type", { seed: "one" }, /at seed: expected an integer .*got "one"/],
    ["section that is no section", { codec: 3 }, /at codec: expected keys and values: kinds.*got 3/],
    [
      "size that nothing holds",
      { codec: { maxSymbols: 1e9 } },
      /codec.maxSymbols: .*at most 65536.*got 1000000000/,
    ],
    ["width that nothing holds", { codec: { cat: { width: 1e6 } } }, /codec.cat.width: .*at most 4096/],
    [
      "number as a name",
      { name: 2026 },
      /at name: .*got 2026 \(if this is meant as text, put it in quotes: "2026"\)/,
    ],
    [
      "channel that is none",
      { codec: { channels: [{ model: "x" }] } },
      /channels\[0\].model: expected "awgn" or .*"rician".*"ofdm"/,
    ],
    [
      "setting that a channel has not",
      { codec: { channels: [{ model: "rician", kFactor: 3 }] } },
      /channels\[0\].kFactor: .*did you mean "kFactorDb"/,
    ],
    ["impossible Es/N0", { codec: { esNoDb: { min: -70 } } }, /at codec.esNoDb.min: .*-60.*60.*got -70/],
    [
      "impossible Es/N0 in a list",
      { evaluate: { esNoDb: [0, 61] } },
      /at evaluate.esNoDb\[1\]: .*60.*got 61/,
    ],
    [
      "Es/N0 range upside down",
      { codec: { esNoDb: { min: 5, max: 5 } } },
      /codec.esNoDb: expected min below max/,
    ],
    [
      "sweep that does not rise",
      { evaluate: { esNoDb: [0, 5, 5] } },
      /evaluate.esNoDb: .*increase.*write \[0,5\]/,
    ],
    ["lengths that do not rise", { codec: { lengths: [8, 4] } }, /codec.lengths: .*increase.*write \[4,8\]/],
    [
      "length above the longest",
      { codec: { maxSymbols: 64, lengths: [4, 128] } },
      /maxSymbols = 64, got 128/,
    ],
    [
      "length below the longest",
      { codec: { maxSymbols: 64, lengths: [4, 8] } },
      /maxSymbols = 64, got 8 \(leave/,
    ],
    ["no lengths", { codec: { lengths: [] } }, /codec.lengths: expected a list of at least 1.*got \[\]/],
    [
      "width that heads do not divide",
      { codec: { cat: { width: 66 } } },
      /cat.width: .*numHeads = 4, got 66 \(68/,
    ],
    [
      "length that was not trained",
      { evaluate: { lengths: [5] } },
      /evaluate.lengths: expected some of codec.len/,
    ],
    [
      "channel that was not trained",
      { codec: { channels: ["awgn"] }, evaluate: { channels: ["rayleigh-block"] } },
      /evaluate.channels: .*codec.channels = \["awgn"\], got \["rayleigh-block"\]/,
    ],
    ["too many views", { targets: { numViews: 51 } }, /targets.numViews: .*at most 50.*got 51/],
    ["loss without terms", { robust: { terms: zeroTerms() } }, /robust.terms: expected a weight above 0/],
    [
      "loss of the device alone",
      { robust: { terms: { ...zeroTerms(), device: 1 } } },
      /robust.terms: expected a weight above 0/,
    ],
    [
      "teacher's terms for a student without teacher",
      {
        distill: { transfer: { useTeacher: false } },
        robust: { terms: { ...zeroTerms(), soft: 1, teacherFeature: 1 } },
      },
      /robust.terms: expected a weight above 0/,
    ],
    [
      "views that the teacher never saw",
      { targets: { numViews: 1 } },
      /robust.phaseA.numViews: expected at most targets.numViews = 1/,
    ],
    ["no student", { student: { widths: [], depths: [] } }, /at student.widths/],
    [
      "shipped teacher for other data",
      { data: { dataset: "mnist" } },
      /teacher.source: expected "train" for mnist/,
    ],
    [
      "shipped teacher of another size",
      { teacher: { preset: "standard" } },
      /teacher.preset: expected "lite"/,
    ],
    ["path as a name", { name: "../x" }, /at name: .*got "..\/x" \(folder of the run/],
    ["folder that is missing", { data: { dataset: "image-folder" } }, /data.dataDir: .*needs the folder/],
  ])("%s", (_title, mistake, message) => {
    expect(messageFor(mistake)).toMatch(message);
  });

  it("all of them, one line each", () => {
    const lines = messageFor({ seed: -1, codec: { lenghts: 1, cat: { width: 0 } }, foo: 1 }).split("\n");
    expect(lines[0]).toBe("file.yaml: expected a valid experiment, got 4 mistakes:");
    expect(lines.slice(1).map((line) => line.trim().split(":")[0])).toEqual([
      "seed",
      "codec.cat.width",
      "codec.lenghts",
      "foo",
    ]);
  });

  it.each([[3], [null], ["text"], [[]], [undefined]])(
    "also when there is no experiment at all but %j",
    (value) => {
      expect(rejection(() => parseExperiment(value, "file.yaml")).message).toMatch(
        /^file.yaml at the top: expected/,
      );
    },
  );

  it("of thousands, the first twenty and the number of the others", () => {
    const keys = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`key${index}`, index]));
    const lines = messageFor(keys).split("\n");
    expect(lines).toHaveLength(22);
    expect([lines[0], lines[21]]).toEqual([expect.stringMatching(/10000 mistakes:$/), "  and 9980 more"]);
    const numbers = messageFor({ evaluate: { esNoDb: new Array(5000).fill("x") } });
    expect(numbers.length).toBeLessThan(5000);
  });

  it("without drowning in long values", () => {
    expect(messageFor({ seed: "x".repeat(10_000) }).length).toBeLessThan(300);
  });
});

function zeroTerms(): Record<string, number> {
  return Object.fromEntries(
    Object.keys(defineExperiment({ name: "x" }).robust.terms).map((term) => [term, 0]),
  );
}

describe("presets", () => {
  it("are valid and have names of their own", () => {
    const names = presets.map((preset) => parseExperiment(preset, preset.name).name);
    expect(names).toEqual(["smoke", "quick", "hour", "standard"]);
  });

  it("that do not exist are refused with the nearest", () => {
    expect(rejection(() => presetNamed("quik"))).toMatchObject({
      code: "invalid-argument",
      expected: "smoke or quick or hour or standard",
      hint: `did you mean "quick"?`,
    });
  });

  it("smoke needs no network", () => {
    expect(defineExperiment(presetNamed("smoke")).data.dataset).toBe("synthetic-shapes");
  });
});

describe("the published JSON Schema", () => {
  interface Node {
    readonly description?: string;
    readonly properties?: Readonly<Record<string, Node>>;
    readonly additionalProperties?: boolean;
    readonly required?: readonly string[];
  }

  /** Every place below a node, with its path. */
  function* places(node: Node, path: string): Generator<[path: string, node: Node], void, undefined> {
    yield [path, node];
    for (const [key, child] of Object.entries(node.properties ?? {})) yield* places(child, `${path}.${key}`);
  }

  it("describes every key of every section but those of data", () => {
    const schema = experimentJsonSchema() as Node;
    const undescribed = [...places(schema, "")]
      .filter(([path, node]) => path !== "" && !path.startsWith(".data.") && node.description === undefined)
      .map(([path]) => path);
    expect(undescribed).toEqual([]);
  });

  it("allows no unknown keys and requires the name only", () => {
    const schema = experimentJsonSchema() as Node;
    const sections = [...places(schema, "")].filter(([, node]) => node.properties !== undefined);
    expect(sections.every(([, node]) => node.additionalProperties === false)).toBe(true);
    expect(sections.flatMap(([, node]) => node.required ?? [])).toEqual(["name"]);
  });
});
