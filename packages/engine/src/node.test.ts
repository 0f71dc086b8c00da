// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { NODE_EXECUTION_PROVIDERS } from "./runtime/execution-provider.ts";
import { nodeRuntime } from "./node.ts";

// DirectML is part of Windows, Core ML of macOS: one of them is missing everywhere.
const absent = process.platform === "win32" ? "coreml" : "dml";

describe("nodeRuntime", () => {
  it("is on the CPU when nothing is asked for", async () => {
    const { executionProvider, attempts } = await nodeRuntime();
    expect(executionProvider).toBe("cpu");
    expect(attempts).toEqual([{ executionProvider: "cpu", failure: null }]);
  });

  it("goes on to the next provider where one is missing, and tells why", async () => {
    const notices: string[] = [];
    const { executionProvider, attempts } = await nodeRuntime({
      executionProviders: [absent, "cpu"],
      onNotice: (line) => notices.push(line),
    });
    expect(executionProvider).toBe("cpu");
    expect(attempts[0]?.failure).toContain("backend not found");
    expect(notices).toHaveLength(2);
    expect(notices[1]).toBe("cpu: chosen");
  });

  it("throws where the only provider asked for is missing", async () => {
    await expect(nodeRuntime({ executionProviders: [absent] })).rejects.toMatchObject({
      code: "no-execution-provider",
      where: "onnxruntime-node",
      actual: expect.stringMatching(new RegExp(`^${absent}: not used, .*backend not found`)) as string,
    });
  });

  it("finds by itself the first provider that works, out of those that this build has", async () => {
    const { executionProvider, attempts } = await nodeRuntime({ executionProviders: "auto" });
    const tried = attempts.map((attempt) => attempt.executionProvider);
    expect(tried.at(-1)).toBe(executionProvider);
    expect(attempts.map(({ failure }) => failure === null)).toEqual(
      tried.map((name) => name === executionProvider),
    );
    expect(tried).not.toContain(absent);
    expect(tried).toEqual(NODE_EXECUTION_PROVIDERS.filter((name) => tried.includes(name)));
  });
});
