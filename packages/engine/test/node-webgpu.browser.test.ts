// SPDX-License-Identifier: Apache-2.0
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "vite";
import { beforeAll, describe, expect, it } from "vitest";
import { nodeRuntime } from "../src/node.ts";
import { SOFTWARE_VULKAN } from "./chromium.fixture.ts";
import type { ChildReport } from "./node-webgpu.fixture.ts";
import { trainingLosses } from "./training-graphs.fixture.ts";

// Shaders are compiled and run on the processor, which other tests use at the same time.
const SLOW_MS = 600_000;

// Inside the repository, so that a script in it finds onnxruntime-node.
const CACHE = fileURLToPath(new URL("../../../node_modules/.cache/", import.meta.url));

/** Runs the child on Chromium's software Vulkan, which must be in the environment before a process starts. */
async function runChild(): Promise<ChildReport> {
  await mkdir(CACHE, { recursive: true });
  const folder = await mkdtemp(join(CACHE, "semlink-webgpu-"));
  try {
    await build({
      configFile: false,
      logLevel: "error",
      build: {
        ssr: fileURLToPath(new URL("node-webgpu.fixture.ts", import.meta.url)),
        outDir: folder,
        rolldownOptions: { output: { entryFileNames: "child.mjs" } },
      },
    });
    const env = { ...process.env, ...SOFTWARE_VULKAN };
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, "child.mjs")], { env });
    return JSON.parse(stdout) as ChildReport;
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe("in Node on WebGPU, computed in software", () => {
  let report: ChildReport;

  beforeAll(async () => {
    report = await runChild();
  }, SLOW_MS);

  it("chooses webgpu before cpu, with standard kernels", () => {
    const { executionProvider, kernels, attempts } = report;
    expect({ executionProvider, kernels, attempts }).toEqual({
      executionProvider: "webgpu",
      kernels: "standard",
      attempts: ["webgpu: chosen"],
    });
  });

  it("trains a CNN by SGD with momentum as the CPU does, 20 losses within 1e-4", async () => {
    const expected = await trainingLosses(
      await nodeRuntime({ intraOpThreads: 1 }),
      "a CNN by SGD with momentum",
    );
    expect(report.losses).toHaveLength(20);
    for (const [step, loss] of report.losses.entries()) {
      expect(Math.abs(loss - expected[step]!)).toBeLessThan(1e-4);
    }
  });
});
