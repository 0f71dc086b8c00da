// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseVerifyReport, type VerifyReport } from "@semlink/system";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../main.ts";
import { textIo } from "../testing-io.fixture.ts";

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "semlink-verify-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function verify(...argv: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const io = textIo();
  const out = join(folder, "results", "verify.json");
  const exitCode = await main(["verify", "--quick", "--out", out, ...argv], io);
  return { exitCode, stdout: io.stdout.text, stderr: io.stderr.text };
}

/** A channel that forgets its noise. */
const SILENT = `
export const channel = {
  name: "silent",
  open: () => ({
    fields: () => ({ h: [1, 2] }),
    draw: (rng, { firstImage = 0, batchSize }) => ({
      h: Float32Array.from({ length: 2 * batchSize }, (_, i) =>
        rng.fold(firstImage + Math.floor(i / 2)).complexNormal(1)[i % 2]),
    }),
    apply({ x, no }, { h }) {
      const stride = x.length / no.length;
      const y = x.map((value, i) => {
        const gain = 2 * Math.floor(i / stride);
        return i % 2 === 0 ? h[gain] * value - h[gain + 1] * x[i + 1] : h[gain] * value + h[gain + 1] * x[i - 1];
      });
      return { y, h, no };
    },
    applyGraph: ({ x, no }, { h }) => ({ y: x, h, no }),
  }),
};
`;

describe("semlink verify", () => {
  it("fails a channel of one's own that contradicts theory, and writes every figure", async () => {
    const module = join(folder, "silent.mjs");
    await writeFile(module, SILENT);
    const { exitCode, stdout } = await verify("--channel", module);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/✗ +silent +noise power per axis over no, re +0\.5 +\S+e-/);
    expect(stdout).toMatch(/✗ +silent +broken law: computes in a graph/);
    expect(stdout).toMatch(
      /^silent, broken law: has noise of mean 0 .*: noise variance on axis 0 is .*, expected 0\.5 within/m,
    );
    expect(stdout).toMatch(/✓ +silent +E\|h\|\^2 +1 +/);
    const report = JSON.parse(await readFile(join(folder, "results", "verify.json"), "utf8")) as VerifyReport;
    expect(report).toMatchObject({ schema: "semlink-verify/1", seed: 0, channel: "silent", passed: false });
    expect(parseVerifyReport(report)).toEqual(report);
    expect(report.checks.every(({ source }) => source !== "")).toBe(true);
  });

  it("writes a page with --report, and says where", async () => {
    const module = join(folder, "silent.mjs");
    await writeFile(module, SILENT);
    const page = join(folder, "page");
    const { stdout } = await verify("--channel", module, "--report", page);
    const html = await readFile(join(page, "verify.html"), "utf8");
    expect(html).toContain("<h1>silent against theory</h1>");
    expect(html).toContain("noise power per axis over no, re");
    expect(stdout).toContain(`verify.json and ${join(page, "verify.html")}`);
  });

  it("says what is missing in a module without a channel", async () => {
    const module = join(folder, "empty.mjs");
    await writeFile(module, "export const gain = 1;");
    const { exitCode, stderr } = await verify("--channel", module);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("expected an export `channel`: { name, open }, got exports gain");
  });

  it("says that a module does not exist", async () => {
    const { exitCode, stderr } = await verify("--channel", join(folder, "nowhere.mjs"));
    expect(exitCode).toBe(2);
    expect(stderr).toContain("nowhere.mjs: expected a module, got no such file");
  });
});
