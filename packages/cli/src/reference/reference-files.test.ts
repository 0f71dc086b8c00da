// SPDX-License-Identifier: Apache-2.0
import { readFile } from "node:fs/promises";
import { format, resolveConfig } from "prettier";
import { describe, expect, it } from "vitest";
import { commonOptions, defineCommand } from "../commands/define-command.ts";
import { commands } from "../commands/index.ts";
import { option } from "../commands/option.ts";
import { cliPage } from "./cli-page.ts";
import { referenceFiles } from "./reference-files.ts";

const FOLDER = `${import.meta.dirname}/../../../../docs/generated`;

const files = await referenceFiles();

describe("docs/generated", () => {
  it.each(files)("$path is what the code says; else run scripts/generate-docs.js", async ({ path, text }) => {
    const file = `${FOLDER}/${path}`;
    const current = await format(text, { ...(await resolveConfig(file)), filepath: file });
    expect(await readFile(file, "utf8")).toBe(current);
  });

  it("describes every command with its example", () => {
    const page = cliPage(commands, commonOptions);
    for (const { name, example } of commands) {
      expect(page).toContain(`\n## semlink ${name}\n`);
      expect(page).toContain(`\n${example}\n`);
    }
  });
});

describe("cliPage", () => {
  it("lists operands, options, defaults and flags", () => {
    const command = defineCommand({
      name: "measure",
      summary: "Measure a link",
      example: "semlink measure a.onnx",
      options: {
        file: option.operand("what to measure"),
        channel: option.choice("radio channel", ["awgn", "none"], { default: "awgn" }),
        cache: option.flag("use the cache", { default: true }),
      },
      run: async () => undefined,
    });
    const page = cliPage([command], {});
    expect(page).toContain("semlink measure <file> [options]\n");
    expect(page).toContain("| `<file>` | what to measure |");
    expect(page).toContain("| `--channel <awgn\\|none>` | radio channel (default: awgn) |");
    expect(page).toContain("| `--cache` | use the cache (default: on) |");
  });
});
