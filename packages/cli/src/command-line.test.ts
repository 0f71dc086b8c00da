// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { describe, expect, it } from "vitest";
import { runCommandLine } from "./command-line.ts";
import { type CommandContext, defineCommand } from "./commands/define-command.ts";
import { option } from "./commands/option.ts";
import { textIo } from "./testing-io.fixture.ts";

const fails: Readonly<Record<string, () => unknown>> = {
  foreseen: () => {
    const where = "run/teacher.safetensors";
    return new SemlinkError({ code: "corrupt-file", where, expected: "8 bytes", actual: "3" });
  },
  config: () => {
    return new SemlinkError({ code: "invalid-config", where: "codec", expected: "a codec", actual: "4" });
  },
  unforeseen: () => new TypeError("x is not\n  a function"),
  text: () => "thrown text",
};

let seen: { values: unknown; context: CommandContext } | undefined;

const measure = defineCommand({
  name: "measure",
  summary: "Measure a link",
  example: "semlink measure --es-no-db -5,0",
  options: {
    esNoDb: option.numbers("Es/N0 points [dB]", { default: [-5, 0] }),
    channel: option.choice("radio channel", ["awgn", "rayleigh-block"], { default: "awgn" }),
    batchSize: option.integer("images at a time", { min: 1 }),
    cache: option.flag("use the cache", { default: true }),
    tag: option.strings("a note", "note"),
    seed: option.integer("root seed of everything that is random"),
    fail: option.choice("how to fail", ["foreseen", "config", "unforeseen", "text"]),
  },
  async run(values, context) {
    seen = { values, context };
    if (values.fail !== undefined) throw fails[values.fail]!();
    context.report({ stage: "measure", done: 1, total: 1, metrics: { accuracy: 0.5 } });
    context.print("accuracy 0.5", { accuracy: 0.5 });
  },
});

const build = defineCommand({
  name: "build",
  summary: "Build something",
  example: "semlink build --out a",
  options: { out: option.path("where to", { required: true }) },
  run: async () => undefined,
});

const read = defineCommand({
  name: "read",
  summary: "Read a file",
  example: "semlink read a.onnx",
  options: { file: option.operand("what to read"), isGood: option.flag("find it good") },
  async run(values, context) {
    seen = { values, context };
    if (!values.isGood) context.fail();
    context.print("looked at it", { file: values.file });
  },
});

async function invoke(...argv: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  seen = undefined;
  const io = textIo();
  const exitCode = await runCommandLine([measure, build, read], argv, io);
  return { exitCode, stdout: io.stdout.text, stderr: io.stderr.text };
}

describe("a command line", () => {
  it("gives the command its defaults, prints the result on stdout and progress on stderr", async () => {
    const { exitCode, stdout, stderr } = await invoke("measure");
    expect(exitCode).toBe(0);
    expect(stdout).toBe("accuracy 0.5\n");
    expect(stderr).toBe("measure: 1/1 (100 %), accuracy 0.5000, done in 0 s\n");
    expect(seen?.values).toMatchObject({
      esNoDb: [-5, 0],
      channel: "awgn",
      cache: true,
      json: false,
      tag: [],
    });
    expect(seen?.context.commandLine).toBe("semlink measure");
  });

  it("gives the command the values it was asked for, negative numbers and switched-off flags among them", async () => {
    const own = ["--es-no-db", "-5,2.5", "--channel", "rayleigh-block", "--batch-size=8", "--no-cache"];
    const common = ["--seed", "-3", "--tag", "a.b=1", "--tag", "it's [x, 2]"];
    const { exitCode } = await invoke("measure", ...own, ...common);
    expect(exitCode).toBe(0);
    expect(seen?.values).toMatchObject({
      esNoDb: [-5, 2.5],
      channel: "rayleigh-block",
      batchSize: 8,
      cache: false,
      seed: -3,
      tag: ["a.b=1", "it's [x, 2]"],
    });
  });

  it("tells the command how it was called, as a shell would read it", async () => {
    await invoke("measure", "--tag", "it's [x, 2]", "--es-no-db", "-5,2.5");
    expect(seen?.context.commandLine).toBe(`semlink measure --tag 'it'\\''s [x, 2]' --es-no-db -5,2.5`);
  });

  it("prints the result as JSON, and nothing else on stdout, with --json", async () => {
    expect((await invoke("measure", "--json")).stdout).toBe('{"accuracy":0.5}\n');
  });

  it("shows in the help of a command its example, options, defaults and the common options", async () => {
    const { exitCode, stdout } = await invoke("measure", "--help");
    expect(exitCode).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "Usage: semlink measure [options]

      Measure a link

      Options:
        --es-no-db <n,n,...>                      Es/N0 points [dB] (default: -5,0)
        --channel <awgn|rayleigh-block>           radio channel (default: awgn)
        --batch-size <integer>                    images at a time
        --cache                                   use the cache (default: on)
        --no-cache                                the opposite of --cache
        --tag <note>                              a note
        --seed <integer>                          root seed of everything that is random
        --fail <foreseen|config|unforeseen|text>  how to fail
        -h, --help                                display help for command

      Common options:
        --json                                    print the result, or the error, as JSON on stdout
        --verbose                                 print the stack trace of an error

      Example:
        $ semlink measure --es-no-db -5,0
      "
    `);
  });

  it("takes what is not a flag by its place, and shows it in the help", async () => {
    expect(await invoke("read", "a.onnx", "--is-good")).toMatchObject({ exitCode: 0 });
    expect(seen?.values).toMatchObject({ file: "a.onnx", isGood: true });
    expect((await invoke("read", "--help")).stdout).toMatch(/^Usage: semlink read \[options\] <file>\n/);
  });

  it("exits with 1 after printing when the command finds something out of order", async () => {
    expect(await invoke("read", "a.onnx")).toEqual({ exitCode: 1, stdout: "looked at it\n", stderr: "" });
  });

  it("lists the commands in its help, and prints its version", async () => {
    const help = await invoke("--help");
    expect(help.exitCode).toBe(0);
    expect(help.stdout).toMatch(/\n  measure \[options\] +Measure a link\n/);
    expect(await invoke("--version")).toMatchObject({ exitCode: 0, stdout: "0.1.0\n" });
  });

  it("prints its help on stderr and exits with 2 when no command is named", async () => {
    const { exitCode, stdout, stderr } = await invoke();
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain("Usage: semlink");
  });
});

describe("a bad command line exits with 2 and one line that says why", () => {
  it.each([
    [["measure", "--seedd", "1"], "error: unknown option '--seedd' (Did you mean --seed?)\n"],
    [["mesure"], "error: unknown command 'mesure' (Did you mean measure?)\n"],
    [["measure", "--seed"], "error: option '--seed <integer>' argument missing\n"],
    [["measure", "stray"], "error: too many arguments for 'measure'. Expected 0 arguments but got 1.\n"],
    [["build"], "error: required option '--out <path>' not specified\n"],
    [["measure", "--seed", "1.5"], 'error: --seed: expected an integer, got "1.5"\n'],
    [["measure", "--batch-size", "0"], 'error: --batch-size: expected an integer, at least 1, got "0"\n'],
    [
      ["measure", "--channel", "rayleigh-blok"],
      'error: --channel: expected one of awgn, rayleigh-block, got "rayleigh-blok" (did you mean "rayleigh-block"?)\n',
    ],
    [["read"], "error: missing required argument 'file'\n"],
    [["read", ""], 'error: <file>: expected a path, got ""\n'],
  ])("%j", async (argv, stderr) => {
    expect(await invoke(...argv)).toEqual({ exitCode: 2, stdout: "", stderr });
    expect(seen).toBeUndefined();
  });

  it("also as JSON on stdout with --json", async () => {
    const { exitCode, stdout } = await invoke("measure", "--json", "--seed", "x");
    expect(exitCode).toBe(2);
    const message = '--seed: expected an integer, got "x"';
    expect(JSON.parse(stdout)).toEqual({ error: { code: "invalid-argument", message } });
  });
});

describe("a command that fails", () => {
  it("exits with 1 and one line, without a stack", async () => {
    const message = "run/teacher.safetensors: expected 8 bytes, got 3";
    const expected = { exitCode: 1, stdout: "", stderr: `error: ${message}\n` };
    expect(await invoke("measure", "--fail", "foreseen")).toEqual(expected);
    const { stdout } = await invoke("measure", "--fail", "foreseen", "--json");
    expect(JSON.parse(stdout)).toEqual({ error: { code: "corrupt-file", message } });
  });

  it("exits with 2 when the configuration is at fault", async () => {
    expect(await invoke("measure", "--fail", "config")).toMatchObject({ exitCode: 2 });
  });

  it("puts an unforeseen error on one line too, and its stack under it with --verbose", async () => {
    const quiet = await invoke("measure", "--fail", "unforeseen");
    expect(quiet).toMatchObject({ exitCode: 1, stderr: "error: x is not a function\n" });
    const verbose = await invoke("measure", "--fail", "unforeseen", "--verbose");
    expect(verbose.stderr).toMatch(/^error: x is not a function\nTypeError: x is not\n/);
    expect(verbose.stderr).toContain("command-line.test.ts");
    expect(await invoke("measure", "--fail", "text")).toMatchObject({ stderr: "error: thrown text\n" });
  });
});

describe("an interrupted command", () => {
  const message = "interrupted; run the same command again to resume";

  it.each([
    ["rejects with the reason of the signal", async ({ signal }: CommandContext) => signal.throwIfAborted()],
    ["rejects with an error of its own", () => Promise.reject(new Error("child was killed"))],
    ["stops early without an error", () => Promise.resolve()],
  ])("exits with 130 when it %s", async (_name, finish) => {
    const io = textIo();
    const command = defineCommand({
      name: "train",
      summary: "Train",
      example: "semlink train",
      options: {},
      async run(_values, context) {
        io.abort();
        await finish(context);
      },
    });
    const exitCode = await runCommandLine([command], ["train", "--json"], io);
    expect({ exitCode, stderr: io.stderr.text }).toEqual({ exitCode: 130, stderr: `${message}\n` });
    expect(JSON.parse(io.stdout.text)).toEqual({ error: { code: "interrupted", message } });
  });
});

describe("defineCommand", () => {
  it("refuses an option with the name of a common one", () => {
    const definition = { name: "a", summary: "", example: "", run: async () => undefined };
    const define = (): unknown => defineCommand({ ...definition, options: { json: option.flag("mine") } });
    expect(define).toThrow("command a: expected option names other than the common ones, got json");
  });
});
