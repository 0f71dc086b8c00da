// SPDX-License-Identifier: Apache-2.0
import type { Command } from "../commands/define-command.ts";
import { describeOption, flagOf, type OptionSpec, type OptionTable } from "../commands/option.ts";

/** The reference page of the command line in Markdown, made of the tables that the program itself uses. */
export function cliPage(commands: readonly Command[], common: OptionTable): string {
  return [
    "# The semlink command",
    NOTE,
    ...commands.flatMap(commandSection),
    "## Options of every command",
    optionTable(common),
    "## Exit codes",
    "`0` done, `1` failed, `2` bad arguments or configuration, `130` interrupted.",
    "",
  ].join("\n\n");
}

const NOTE =
  "Made by `node scripts/generate-docs.js` from the option tables in `packages/cli/src/commands`; do not edit.";

function commandSection({ name, summary, example, options }: Command): string[] {
  const operands = Object.entries(options).filter(([, { isOperand }]) => isOperand);
  const usage = ["semlink", name, ...operands.map(([key, spec]) => flagOf(key, spec)), "[options]"];
  return [
    `## ${usage.slice(0, 2).join(" ")}`,
    `${summary}.`,
    `\`\`\`sh\n${usage.join(" ")}\n${example}\n\`\`\``,
    ...(Object.keys(options).length === 0 ? [] : [optionTable(options)]),
  ];
}

function optionTable(options: OptionTable): string {
  const rows = Object.entries(options).map(([name, spec]) => {
    return `| \`${written(name, spec).replaceAll("|", "\\|")}\` | ${describeOption(spec)} |`;
  });
  return ["| option | meaning |", "| --- | --- |", ...rows].join("\n");
}

function written(name: string, spec: OptionSpec<unknown>): string {
  const flag = flagOf(name, spec);
  return spec.isOperand || spec.placeholder === null ? flag : `${flag} <${spec.placeholder}>`;
}
