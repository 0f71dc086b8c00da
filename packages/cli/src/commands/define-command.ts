// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import type { Reporter } from "@semlink/system";
import { option, type OptionSpec, type OptionTable, type OptionValues } from "./option.ts";

/** Options that every command has. */
export interface CommonValues {
  readonly json: boolean;
  readonly verbose: boolean;
}

/** The table of {@link CommonValues}; its names are taken, no command may define them again. */
export const commonOptions: { readonly [Name in keyof CommonValues]: OptionSpec<CommonValues[Name]> } = {
  json: option.flag("print the result, or the error, as JSON on stdout"),
  verbose: option.flag("print the stack trace of an error"),
};

/** What a running command is given besides its options. */
export interface CommandContext {
  /** The command line as it was typed, for the record. */
  readonly commandLine: string;
  /** Aborted by Ctrl-C and `kill`. A command then saves what it has and rejects, best with `signal.reason`. */
  readonly signal: AbortSignal;
  /** Draws progress on stderr. */
  readonly report: Reporter;
  /** Whether what is printed on stdout may carry colours. */
  readonly isColored: boolean;
  /** Prints the result of the command on stdout: `text`, or `data` as JSON with `--json`. */
  readonly print: (text: string, data: unknown) => void;
  /** Makes the command exit with 1 although it did its work: what it looked at is not in order. */
  readonly fail: () => void;
}

/** A command as it is written down, with the types of its options. */
export interface CommandDefinition<O extends OptionTable> {
  readonly name: string;
  /** One sentence without a full stop. */
  readonly summary: string;
  /** A command line that works, shown in the help. */
  readonly example: string;
  readonly options: O;
  /** @throws SemlinkError whose code "invalid-argument" or "invalid-config" exits with 2, all others with 1 */
  readonly run: (values: OptionValues<O> & CommonValues, context: CommandContext) => Promise<void>;
}

/** A command as the command line holds it: any options, the common ones among them. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  readonly example: string;
  readonly options: OptionTable;
  readonly run: (values: Readonly<Record<string, unknown>>, context: CommandContext) => Promise<void>;
}

/**
 * A command from its definition.
 *
 * @throws SemlinkError "duplicate-option" when an option has the name of a common one
 */
export function defineCommand<O extends OptionTable>(definition: CommandDefinition<O>): Command {
  const { name, summary, example, options } = definition;
  const duplicate = Object.keys(options).find((key) => Object.hasOwn(commonOptions, key));
  if (duplicate !== undefined) {
    throw new SemlinkError({
      code: "duplicate-option",
      where: `command ${name}`,
      expected: "option names other than the common ones",
      actual: duplicate,
    });
  }
  return {
    name,
    summary,
    example,
    options,
    run: (values, context) => definition.run(values as OptionValues<O> & CommonValues, context),
  };
}
