// SPDX-License-Identifier: Apache-2.0
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mergeSettings, type Settings } from "@semlink/system";
import { main } from "../src/main.ts";
import { textIo } from "../src/testing-io.fixture.ts";
import { EXAMPLE, ownWorkplace } from "./own-parts.fixture.ts";
import { type Ended, semlink, type Workplace } from "./semlink-process.ts";

let workplace: Workplace;

beforeAll(async () => {
  workplace = await ownWorkplace();
});

afterAll(async () => {
  await workplace.remove();
});

describe("a module that is none is refused with 2, before anything is computed", () => {
  const example = (file: string): string => join(workplace.work, EXAMPLE, file);

  /**
   * Runs a command with settings in place of those of the example, and returns its error. It runs in this process, where the
   * tests' semlink and that of the modules are two: a module whose graph is built needs the program.
   */
  async function refusal(
    changes: Settings,
    command: "data" | "teacher" = "data",
    start: (argv: readonly string[]) => Promise<Pick<Ended, "exitCode" | "stderr">> = startHere,
  ): Promise<string> {
    const settings = mergeSettings(
      {
        name: "refused",
        data: { dataset: "own", module: example("dataset.js") },
        teacher: { source: "module", module: example("teacher.js") },
        search: { primitives: example("primitives.js") },
        codec: { maxSymbols: 8, channels: ["awgn"] },
        lines: ["cat"],
      },
      changes,
    );
    const config = join(workplace.root, "refused.yaml");
    await writeFile(config, JSON.stringify(settings));
    const ended = await start([command, "--config", config, "--runs", join(workplace.root, "refused")]);
    const { exitCode } = ended;
    const error = ended.stderr.trimEnd().split("\n").at(-1)!;
    expect({ exitCode, error }).toEqual({ exitCode: 2, error: expect.stringMatching(/^error: /) as string });
    return error;
  }

  async function startHere(argv: readonly string[]): Promise<Pick<Ended, "exitCode" | "stderr">> {
    const io = textIo();
    const exitCode = await main(argv, io);
    return { exitCode, stderr: io.stderr.text };
  }

  let number = 0;
  /** A module with this text. */
  async function module(text: string, extension = "mjs"): Promise<string> {
    const folder = join(workplace.work, "mine");
    await mkdir(folder, { recursive: true });
    const path = join(folder, `${++number}.${extension}`);
    await writeFile(path, text);
    return path;
  }

  /** A module that changes what a part of the example exports. */
  async function changed(part: "line" | "channel" | "dataset" | "teacher", text: string): Promise<string> {
    const original = `import { ${part} as original } from "../${EXAMPLE}/${part}.js";`;
    return module(`${original}\nexport const ${part} = ${text};`);
  }

  it("no such file", async () => {
    expect(await refusal({ lines: [{ module: "nowhere.js" }] })).toMatch(
      /nowhere\.js: expected a module, got no such file \(paths are relative to the working folder\)/,
    );
  });

  it.each([
    [
      "a syntax error",
      "export const channel = {\n  a: 1\n  b: 2\n};",
      /SyntaxError: .* \(`node --check .*` shows/,
    ],
    ["an error when it is run", "throw new Error('not today');", /Error: not today/],
    ["top-level await", "export const channel = await 1;", /top-level await is not supported/],
    [
      "a package that is not there",
      "import 'no-such-package-here';",
      /install the package in a folder above/,
    ],
    ["no export", "const channel = 1;", /expected an export `channel`: \{ name, open \}, got no exports/],
    ["another export", "export const tunnel = 1;", /got exports tunnel/],
    ["a missing function", "export const channel = { name: 'mine' };", /got no open \(function\)/],
    [
      "one of our names",
      "export const channel = { name: 'awgn', open: () => ({}) };",
      /got "awgn", which comes with/,
    ],
    [
      "an open that throws",
      "export const channel = { name: 'mine', open() { throw new Error('closed'); } };",
      /closed/,
    ],
    [
      "a model without apply",
      "export const channel = { name: 'mine', open: () => ({}) };",
      /no fields, no draw, no apply/,
    ],
  ])("a channel with %s", async (_what, text, message) => {
    expect(await refusal({ codec: { channels: [{ module: await module(text) }] } })).toMatch(message);
  });

  it("a channel of half the power, by the law that it breaks", async () => {
    const path = await changed(
      "channel",
      `{ ...original, name: "half", open: (told) => {
        const whole = original.open(told);
        return { ...whole, draw: (...images) => {
          const { h, noise } = whole.draw(...images);
          return { h: h.map((value) => value * Math.SQRT1_2), noise };
        } };
      } }`,
    );
    expect(await refusal({ codec: { channels: [{ module: path }] } })).toMatch(
      /expected a channel that has unit mean power gain, E\|h\|\^2 = 1, got E\|h\|\^2 is 0\.[45]/,
    );
  });

  it("a channel with a setting that it does not allow", async () => {
    const path = example("channel.js");
    expect(await refusal({ codec: { channels: [{ module: path, m: 0.5 }] } })).toMatch(
      /channel nakagami-block\.m: expected a value that the channel allows/,
    );
  });

  it.each([
    ["without phases", "{ ...original, phases: undefined }", /got no phases \(function\)/],
    ["named as one of ours", '{ ...original, name: "cat" }', /got "cat", which comes with semlink/],
    ["of an unknown role", '{ ...original, role: "star" }', /line\.role: expected link or rival, got "star"/],
  ])("a line %s", async (_what, text, message) => {
    expect(await refusal({ lines: [{ module: await changed("line", text) }] })).toMatch(message);
  });

  it("settings that a line refuses, with their key, for a line of one's own and for one of ours", async () => {
    const path = example("line.js");
    expect(await refusal({ lines: ["cat", { module: path, featureWeight: -1 }] })).toMatch(
      /at lines\[1\]\.featureWeight: expected .*, got -1/,
    );
    expect(await refusal({ lines: [{ line: "cat", width: 10, numHeads: 3 }] })).toMatch(/at lines\[0\]/);
  });

  it.each([
    [
      "power 4 where it declares unit",
      "symbols: (...told) => mul(link.symbols(...told), 2)",
      /expected power "unit" as declared, at 4 symbols, got mean power (4|3\.9999)\S* of an item/,
    ],
    [
      "another reception",
      'reception: "raw"',
      /expected reception "equalized" as declared, got "raw" in the graph/,
    ],
    [
      "no embedding",
      "receive: (...told) => ({ answer: link.receive(...told).answer })",
      /an embedding \[batch, 4\]/,
    ],
    [
      "no answer of the device where it decides",
      "deviceAnswer: undefined",
      /expected deviceAnswer in the graph where decides is true, and there alone, got decides true, deviceAnswer false/,
    ],
    ["an error", "features() { throw new Error('no features today'); }", /no features today/],
  ])("a line whose graph has %s, by a rehearsal", async (_what, part, message) => {
    const graph = `(...parts) => { const link = original.graph(...parts); return { ...link, ${part} }; }`;
    const text = `import { mul } from "@semlink/engine";
      import { line as original } from "../${EXAMPLE}/line.js";
      export const line = { ...original, name: "changed", graph: ${graph} };`;
    expect(
      await refusal({ lines: [{ module: await module(text) }] }, "teacher", (argv) =>
        semlink(workplace, argv),
      ),
    ).toMatch(message);
  });

  it.each([
    [
      "images of unequal sizes",
      "{ ...test, height: 15 }",
      /stripes test: expected 48000 bytes of images, got 51200/,
    ],
    ["labels out of range", "{ ...test, labels: test.labels.map(() => 9) }", /labels in 0\.\.3, got 9/],
    ["no test set", "undefined", /test: expected a set of images, got undefined/],
    ["an empty test set", "{ ...test, count: 0 }", /test\.count: expected an integer of at least 1, got 0/],
    [
      "labels that are no bytes",
      "{ ...test, labels: [...test.labels] }",
      /test\.labels: expected a Uint8Array, got Array/,
    ],
  ])("a data set with %s", async (_what, test, message) => {
    const load = `async (request) => { const { test, ...rest } = await original.load(request); return { ...rest, test: ${test} }; }`;
    const path = await changed("dataset", `{ ...original, load: ${load} }`);
    expect(await refusal({ data: { module: path } })).toMatch(message);
  });

  it.each([
    ["no card", "card: undefined", /a teacher card, got the card: /],
    [
      "another width than its card says",
      "embed: async ({ count }) => ({ embedding: new Float32Array(count * 3) })",
      /4 values for each of 8 images, as its card says, got 3 for each/,
    ],
    [
      "NaN",
      "embed: async ({ count }) => ({ embedding: new Float32Array(count * 4).fill(NaN) })",
      /expected finite values, got NaN/,
    ],
    ["no map where its card promises one", "map: null", /expected a map, as its card says, got none/],
  ])("a teacher with %s", async (_what, part, message) => {
    const open = `async (told) => ({ ...(await original.open(told)), ${part} })`;
    const path = await changed("teacher", `{ ...original, open: ${open} }`);
    expect(await refusal({ teacher: { module: path } }, "teacher")).toMatch(message);
  });

  it("primitives that are none", async () => {
    const path = await module("export const primitives = [{ name: 'half' }];");
    expect(await refusal({ search: { primitives: path } })).toMatch(/got a list with something else at 0/);
  });

  it("TypeScript where Node cannot strip types", async () => {
    const path = await module("export const channel: number = 1;", "ts");
    const known = Object.getOwnPropertyDescriptor(process.features, "typescript");
    Object.defineProperty(process.features, "typescript", { value: false, configurable: true });
    try {
      expect(await refusal({ codec: { channels: [{ module: path }] } })).toMatch(
        /expected a JavaScript module, got TypeScript \(Node \S+ cannot run it: compile it to \.js/,
      );
    } finally {
      if (known) Object.defineProperty(process.features, "typescript", known);
      else Reflect.deleteProperty(process.features, "typescript");
    }
  });
});
