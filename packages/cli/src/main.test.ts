// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { commands } from "./commands/index.ts";
import { main } from "./main.ts";
import { textIo } from "./testing-io.fixture.ts";

describe("semlink", () => {
  it("describes itself and every one of its commands", async () => {
    const io = textIo();
    expect(await main(["--help"], io)).toBe(0);
    expect(io.stdout.text).toContain("semantic radio link");
    for (const { name } of commands) expect(io.stdout.text).toContain(`\n  ${name} `);
  });

  it("has each command once, with an example that begins with the command", () => {
    const names = commands.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, example } of commands) expect(`${example} `).toContain(`semlink ${name} `);
  });
});
