// SPDX-License-Identifier: Apache-2.0
import { type CommandLineIo, runCommandLine } from "./command-line.ts";
import { commands } from "./commands/index.ts";

/**
 * The `semlink` command.
 *
 * @param argv - arguments after the program's name
 * @returns exit code: 0 done, 1 failed, 2 bad arguments or configuration, 130 interrupted
 */
export async function main(argv: readonly string[], io: CommandLineIo): Promise<number> {
  return runCommandLine(commands, argv, io);
}
