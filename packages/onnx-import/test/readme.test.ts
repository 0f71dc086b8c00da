// SPDX-License-Identifier: Apache-2.0
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const README = readFileSync(new URL("../README.md", import.meta.url), "utf8");

it("the program of the readme runs as it stands and prints what it says", async () => {
  const [, code, output] = /```js\n([^]*?)```\n\n```text\n([^]*?)```/.exec(README)!;
  // From the folder of the package, so that names resolve to the compiled files.
  const cwd = new URL("..", import.meta.url);
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", code!], {
    cwd,
  });
  expect(stdout).toBe(output);
});
