// SPDX-License-Identifier: Apache-2.0
import type { Browser, Page } from "playwright-core";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { nodeRuntime } from "../src/node.ts";
import { launchChromium, SOFTWARE_WEBGPU } from "./chromium.fixture.ts";
import { bundleForBrowser } from "./page-bundle.fixture.ts";
import { type PageServer, servePage } from "./page-server.fixture.ts";
import type { PageCalls, RuntimeNames } from "./page.fixture.ts";
import { TRAINING_GRAPH_NAMES, trainingLosses } from "./training-graphs.fixture.ts";

// WebGPU compiles and runs its shaders on the processor, which other tests use at the same time.
const SLOW_MS = 600_000;

let server: PageServer;

beforeAll(async () => {
  const { files } = await bundleForBrowser("page.fixture.ts", "page");
  server = await servePage(files, "page");
  return () => server.close();
});

async function openPage(browser: Browser): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(server.url);
  await page.waitForFunction(() => "semlinkPage" in globalThis);
  return page;
}

/** Calls a function of the page and waits for its answer. */
async function callPage<Name extends keyof PageCalls>(
  page: Page,
  name: Name,
  ...args: Parameters<PageCalls[Name]>
): Promise<Awaited<ReturnType<PageCalls[Name]>>> {
  const answer: unknown = await page.evaluate(
    ([called, values]) => {
      const { semlinkPage } = globalThis as unknown as {
        semlinkPage: Record<string, (...values: unknown[]) => unknown>;
      };
      return semlinkPage[called]!(...values);
    },
    [name, args] as [string, unknown[]],
  );
  return answer as Awaited<ReturnType<PageCalls[Name]>>;
}

describe.each([
  { title: "wasm", options: { executionProvider: "wasm", numThreads: 1 }, flags: [], kernels: "contrib" },
  {
    title: "wasm with two threads",
    options: { executionProvider: "wasm", numThreads: 2 },
    flags: [],
    kernels: "contrib",
  },
  { title: "webgpu", options: { executionProvider: "webgpu" }, flags: SOFTWARE_WEBGPU, kernels: "standard" },
] as const)("in Chromium, $title", ({ options, flags, kernels }) => {
  let page: Page;
  let opened: RuntimeNames;

  beforeAll(async () => {
    const browser = await launchChromium(flags);
    page = await openPage(browser);
    opened = await callPage(page, "open", options);
    return () => browser.close();
  }, SLOW_MS);

  it("runs on the provider that was asked for, with the kernels that it has", async () => {
    const { executionProvider } = options;
    expect(opened).toEqual({ name: "onnxruntime-web 1.30.0", executionProvider, kernels });
    expect(await callPage(page, "isIsolated")).toBe(true);
  });

  it.each(TRAINING_GRAPH_NAMES)(
    "trains %s as Node does, 20 losses within 1e-4",
    async (graph) => {
      const losses = await callPage(page, "train", graph);
      const expected = await trainingLosses(await nodeRuntime({ intraOpThreads: 1 }), graph);
      expect(losses).toHaveLength(20);
      expect(losses.at(-1)).toBeLessThan(losses[0]!);
      for (const [step, loss] of losses.entries())
        expect(Math.abs(loss - expected[step]!)).toBeLessThan(1e-4);
    },
    SLOW_MS,
  );
});

describe("in Chromium without a graphics adapter", () => {
  let page: Page;

  beforeAll(async () => {
    const browser = await launchChromium([]);
    page = await openPage(browser);
    await callPage(page, "open", { executionProvider: "wasm" });
    return () => browser.close();
  });

  it("webgpu is refused with what is missing and what works", async () => {
    const refused = await callPage(page, "refusal", { executionProvider: "webgpu" });
    expect(refused?.code).toBe("no-execution-provider");
    expect(refused?.message).toMatch(
      /^onnxruntime-web: expected .*webgpu: not used, .*GPU adapter.*wasm in browsers/,
    );
  });

  it("a runtime is refused where its outputs are a little wrong", async () => {
    expect(await callPage(page, "refusalOfWrongOutput")).toBe("backend-wrong-results");
  });

  it("float16 values come back as their bits", async () => {
    const bits = [0x3c00, 0xc000, 0x7bff, 0x0001]; // 1, -2, the largest and the smallest
    expect(await callPage(page, "float16", bits)).toEqual(bits);
  });
});

describe("without Chromium", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("these tests fail, and say how to install it", async () => {
    vi.stubEnv("CHROMIUM_PATH", "/nowhere/chromium");
    await expect(launchChromium([])).rejects.toMatchObject({
      code: "chromium-missing",
      hint: expect.stringContaining("apt-get install chromium") as string,
    });
  });
});
