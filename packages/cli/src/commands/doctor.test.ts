// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { main } from "../main.ts";
import { textIo } from "../testing-io.fixture.ts";
import { isAtLeast } from "./doctor-machine.ts";
import type { DoctorCheck } from "./doctor-table.ts";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "semlink-doctor-"));
});

afterEach(() => {
  vi.unstubAllEnvs();
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

interface Printed {
  readonly ok: boolean;
  readonly checks: readonly DoctorCheck[];
}

async function doctor(
  cache: string,
  ...flags: readonly string[]
): Promise<Printed & { readonly exitCode: number }> {
  vi.stubEnv("SEMLINK_CACHE", cache);
  const io = textIo();
  const exitCode = await main(["doctor", "--json", ...flags], io);
  return { exitCode, ...(JSON.parse(io.stdout.text) as Printed) };
}

describe("semlink doctor", () => {
  it("looks at machine, Node, ONNX Runtime, every set of kernels, cache and teacher", async () => {
    const { exitCode, ok, checks } = await doctor(join(folder, "cache"));
    const names = checks.map(({ name }) => name);
    const expected = ["processor", "memory", "disk", "Node", "ONNX Runtime", "execution provider", "kernels"];
    expect(names.slice(0, expected.length)).toEqual(expected);
    expect(names.slice(-2)).toEqual(["cache", "teacher"]);
    const tests = checks.filter(({ name }) => name.startsWith("self-test, "));
    expect(tests.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["self-test, standard", "self-test, contrib"]),
    );
    for (const { name, state } of [...tests, ...checks.filter((check) => check.name === "cache")]) {
      expect({ name, state }).toEqual({ name, state: "ok" });
    }
    expect(ok).toBe(checks.every(({ state }) => state !== "failed"));
    expect(exitCode).toBe(ok ? 0 : 1);
    expect(await readdir(join(folder, "cache"))).toEqual([]);
  });

  it("exits with 1 when something needed is broken, and says what to do", async () => {
    await writeFile(join(folder, "file"), "");
    const { exitCode, ok, checks } = await doctor(join(folder, "file", "cache"));
    expect({ exitCode, ok }).toEqual({ exitCode: 1, ok: false });
    const cache = checks.find(({ name }) => name === "cache");
    expect(cache).toMatchObject({
      state: "failed",
      hint: "set SEMLINK_CACHE to a folder that can be written",
    });
  });
});

// DirectML is part of Windows, Core ML of macOS: one of them is missing everywhere.
const absent = process.platform === "win32" ? "coreml" : "dml";

describe("semlink doctor --execution-provider", () => {
  it("fails where the provider asked for is missing, with the reason and what to do", async () => {
    const { exitCode, checks } = await doctor(join(folder, "cache"), "--execution-provider", absent);
    expect(exitCode).toBe(1);
    expect(checks.find(({ name }) => name === "execution provider")).toEqual({
      name: "execution provider",
      state: "failed",
      found: expect.stringMatching(new RegExp(`got ${absent}: not used, .*backend not found`)) as string,
      hint: expect.stringMatching(
        /^install its driver .*`npm run setup:cuda`.*--execution-provider out/,
      ) as string,
    });
  });

  it("shows all that auto tried, the one that computes last", async () => {
    const { checks } = await doctor(join(folder, "cache"), "--execution-provider", "auto");
    const tried = checks.filter(({ name }) => name === "execution provider");
    const expected = tried.map((_, index) => (index === tried.length - 1 ? "ok" : "warning"));
    expect(tried.map(({ state }) => state)).toEqual(expected);
    expect(tried.at(-1)?.found).toMatch(/^(cuda|coreml|dml|webgpu|cpu)$/);
  });
});

describe("isAtLeast", () => {
  it.each([
    ["20.19.0", "20.19", true],
    ["20.18.3", "20.19", false],
    ["22.0.0", "20.19", true],
    ["9.99.99", "20.19", false],
    ["20.19.1", "20.19.2", false],
  ])("%s is at least %s: %j", (version, least, expected) => {
    expect(isAtLeast(version, least)).toBe(expected);
  });
});
