// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { Command as Program, CommanderError, Option } from "@commander-js/extra-typings";
import pc from "picocolors";
import {
  type Command,
  type CommandContext,
  commonOptions,
  type CommonValues,
} from "./commands/define-command.ts";
import { describeOption, flagOf, type OptionTable, type OptionValues } from "./commands/option.ts";
import { EXIT, failureOf } from "./failure.ts";
import { createProgress, type TerminalStream } from "./progress.ts";

/** Where a command line reads its cancellation and writes its output. */
export interface CommandLineIo {
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
  readonly signal: AbortSignal;
}

/**
 * Parses the arguments, runs the command they name, and prints its result or its failure.
 *
 * @param argv - arguments after the program's name
 * @returns exit code: 0 done, 1 failed, 2 bad arguments or configuration, 130 interrupted
 */
export async function runCommandLine(
  commands: readonly Command[],
  argv: readonly string[],
  io: CommandLineIo,
): Promise<number> {
  const invocation: Invocation = { ...io, commandLine: commandLineOf(argv), exitCode: EXIT.done };
  try {
    await buildProgram(commands, invocation).parseAsync([...argv], { from: "user" });
    io.signal.throwIfAborted(); // a command that came back early after an abort is not done
    return invocation.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.done; // help or version, already printed
      if (error.code === "commander.help") return EXIT.badArguments; // no command named: the help is printed
    }
    return printFailure(error instanceof CommanderError ? argumentError(error) : error, argv, io);
  }
}

/** One use of the command line. */
interface Invocation extends CommandLineIo {
  readonly commandLine: string;
  exitCode: number;
}

/** What a shell would read as these arguments. */
function commandLineOf(argv: readonly string[]): string {
  const quoted = argv.map((word) => {
    return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
  });
  return ["semlink", ...quoted].join(" ");
}

/** Commander's sentence without its "error:", as our error. */
function argumentError(error: CommanderError): Error & { code: string } {
  const message = error.message.replace(/^error: /, "");
  return Object.assign(new Error(message), { code: "invalid-argument" });
}

/** Whether text written there may carry colours: a terminal that shows them, and no wish to the contrary. */
function isColored(stream: TerminalStream): boolean {
  return stream.isTTY === true && pc.isColorSupported;
}

function printFailure(error: unknown, argv: readonly string[], io: CommandLineIo): number {
  const { code, message, exitCode, detail } = failureOf(error, io.signal);
  const colors = pc.createColors(isColored(io.stderr));
  const label = exitCode === EXIT.interrupted ? "" : colors.red("error: ");
  io.stderr.write(`${label}${message}\n`);
  if (argv.includes("--verbose")) io.stderr.write(`${detail}\n`);
  if (argv.includes("--json")) io.stdout.write(`${JSON.stringify({ error: { code, message } })}\n`);
  return exitCode;
}

function buildProgram(commands: readonly Command[], io: Invocation): Program {
  const program = new Program("semlink")
    .description("Distils, trains, measures and ships a semantic radio link")
    .version(packageVersion(), "-V, --version", "print the version")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: () => undefined, // printed by printFailure
    });
  for (const command of commands) addCommand(program, command, io);
  return program;
}

function addCommand(program: Program, command: Command, io: Invocation): void {
  const built = program.command(command.name).description(command.summary);
  const operands = Object.entries(command.options).filter(([, { isOperand }]) => isOperand);
  for (const [name, spec] of operands) built.argument(`<${name}>`, spec.description);
  for (const item of commanderOptions(command.options)) built.addOption(item);
  for (const item of commanderOptions(commonOptions)) built.addOption(item.helpGroup("Common options:"));
  built.addHelpText("after", `\nExample:\n  $ ${command.example}`);
  built.action(() => {
    const named = operands.map(([name, spec], index) => {
      return [name, spec.parse(built.args[index] ?? "", flagOf(name, spec), undefined)] as const;
    });
    return runCommand(command, { ...built.opts(), ...Object.fromEntries(named) }, io);
  });
}

/** `--name <value>` for each option of a table, and the pair `--name` and `--no-name` for each flag. */
function commanderOptions(table: OptionTable): Option[] {
  return Object.entries(table).flatMap(([name, spec]) => {
    if (spec.isOperand) return [];
    const flag = flagOf(name, spec);
    const description = describeOption(spec);
    if (spec.placeholder === null) {
      const negative = new Option(flag.replace(/^--/, "--no-"), `the opposite of ${flag}`);
      return [new Option(flag, description), negative.hideHelp(spec.defaultValue !== true)];
    }
    const item = new Option(`${flag} <${spec.placeholder}>`, description)
      .makeOptionMandatory(spec.isRequired)
      .argParser((text: string, previous: unknown) => spec.parse(text, flag, previous));
    return [item];
  });
}

function defaultsOf<O extends OptionTable>(table: O): OptionValues<O> {
  const entries = Object.entries(table).map(([name, spec]) => [name, spec.defaultValue]);
  return Object.fromEntries(entries) as OptionValues<O>;
}

async function runCommand(command: Command, given: object, io: Invocation): Promise<void> {
  const defaults: CommonValues = { ...defaultsOf(command.options), ...defaultsOf(commonOptions) };
  const values = { ...defaults, ...given };
  const progress = await createProgress(io.stderr, () => performance.now());
  const context: CommandContext = {
    commandLine: io.commandLine,
    signal: io.signal,
    report: progress.report,
    isColored: isColored(io.stdout),
    print: (text, data) => {
      progress.stop();
      io.stdout.write(`${values.json ? JSON.stringify(data) : text}\n`);
    },
    fail: () => {
      io.exitCode = EXIT.failed;
    },
  };
  try {
    await command.run(values, context);
  } finally {
    progress.stop();
  }
}

function packageVersion(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
