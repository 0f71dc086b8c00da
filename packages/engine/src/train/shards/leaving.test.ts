// SPDX-License-Identifier: Apache-2.0
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const PROGRAM = fileURLToPath(new URL("leaving.fixture.js", import.meta.url));

function ending(how: string): Promise<{ code: number | null; signal: string | null; stdout: string }> {
  const child = spawn(process.execPath, [PROGRAM, how], { stdio: ["ignore", "pipe", "ignore"] });
  let stdout = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, stdout }));
  });
}

describe("a process that trains on two cores", () => {
  it.each<[string, string, number, string]>([
    ["left while a thread is inside a session ends with its own exit code", "exit", 7, "trained\n"],
    ["with an error that nobody catches ends with that of Node", "uncaught", 1, "trained\n"],
    ["left while threads start ends with its own exit code", "starting", 7, ""],
    ["that is done ends though the trainer is still open", "end", 0, "trained\n"],
  ])("%s", async (_name, how, code, stdout) => {
    expect(await ending(how)).toEqual({ code, signal: null, stdout });
  });
});
