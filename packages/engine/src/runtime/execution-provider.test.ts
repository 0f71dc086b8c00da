// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { SemlinkError } from "../errors.ts";
import { contribKernels, type KernelSet, nchwcKernels, standardKernels } from "../onnx/kernel-set.ts";
import { openFirstProvider, verifiedRuntime } from "./execution-provider.ts";
import { nodeRuntime } from "./node.ts";
import type { Runtime } from "./runtime.ts";
import { verifyRuntime as verify } from "../self-test.ts";
import { withWrongOutput } from "./wrong-output.fixture.ts";

const cpu = await nodeRuntime({ intraOpThreads: 1 });

type Provider = "absent" | "wrong" | "right" | "never";

/** Three backends: one without a driver, one that computes something else, one that is right. */
async function open(executionProvider: Provider): Promise<Runtime> {
  if (executionProvider === "never") throw new Error("a provider behind one that works was tried");
  if (executionProvider === "absent") {
    throw new SemlinkError({
      code: "session-failed",
      where: "package",
      expected: "a model that this runtime can load",
      actual: "no\n  driver",
    });
  }
  const runtime = { ...cpu, executionProvider };
  const opened = executionProvider === "wrong" ? withWrongOutput(runtime) : runtime;
  await verify(opened);
  return opened;
}

describe("openFirstProvider", () => {
  it("takes the first provider that works and keeps why the others do not", async () => {
    const notices: string[] = [];
    const providers: readonly Provider[] = ["absent", "wrong", "right", "never"];
    const runtime = await openFirstProvider("package", providers, open, (line) => notices.push(line));
    expect(runtime.executionProvider).toBe("right");
    expect(runtime.attempts).toEqual([
      { executionProvider: "absent", failure: "no driver" },
      { executionProvider: "wrong", failure: expect.stringContaining("expected losses 2.137") as string },
      { executionProvider: "right", failure: null },
    ]);
    expect(notices[0]).toBe("absent: not used, no driver");
    expect(notices.slice(2)).toEqual(["right: chosen"]);
  });

  it("throws when none works, with the reason of each", async () => {
    const opening = openFirstProvider("package", ["absent", "wrong"], open);
    await expect(opening).rejects.toMatchObject({
      code: "no-execution-provider",
      where: "package",
      expected: "an execution provider that works, out of absent, wrong",
      actual: expect.stringMatching(/^absent: not used, no driver; wrong: not used, .*losses/) as string,
    });
  });

  it("throws when there is none to try", async () => {
    await expect(openFirstProvider("package", [], open)).rejects.toMatchObject({
      code: "no-execution-provider",
      actual: "nothing to try",
    });
  });

  it("throws backend-wrong-results when the only provider asked for computes something else", async () => {
    await expect(openFirstProvider("package", ["wrong"], open)).rejects.toMatchObject({
      code: "backend-wrong-results",
    });
  });
});

describe("verifiedRuntime", () => {
  const rightWith = (kernels: KernelSet): Runtime => ({ ...cpu, kernels });
  const wrongWith =
    (wrong: KernelSet) =>
    (kernels: KernelSet): Runtime =>
      kernels === wrong ? withWrongOutput(rightWith(kernels)) : rightWith(kernels);

  it("has contrib kernels where they compute right", async () => {
    const { kernels } = await verifiedRuntime(rightWith, { triesContrib: true, verify });
    expect(kernels).toBe(contribKernels);
  });

  it("has standard kernels where contrib kernels compute something else", async () => {
    const { kernels } = await verifiedRuntime(wrongWith(contribKernels), { triesContrib: true, verify });
    expect(kernels).toBe(standardKernels);
  });

  it("has standard kernels where others are not worth a try", async () => {
    const { kernels } = await verifiedRuntime(rightWith, { triesContrib: false, verify });
    expect(kernels).toBe(standardKernels);
  });

  it("is refused where standard kernels compute something else", async () => {
    await expect(
      verifiedRuntime(wrongWith(standardKernels), { triesContrib: true, verify }),
    ).rejects.toMatchObject({
      code: "backend-wrong-results",
    });
  });

  it("checks kernels that are asked for, and takes no others", async () => {
    const asked = nchwcKernels(16);
    const { kernels } = await verifiedRuntime(
      (set) => ({ ...rightWith(contribKernels), kernels: set === asked ? contribKernels : standardKernels }),
      { kernels: asked, triesContrib: true, verify },
    );
    expect(kernels).toBe(contribKernels);
    await expect(
      verifiedRuntime(wrongWith(asked), { kernels: asked, triesContrib: true, verify }),
    ).rejects.toMatchObject({ code: "backend-wrong-results" });
  });
});

describe("nodeRuntime without a check", () => {
  it("uses no provider but the CPU", async () => {
    const { executionProvider, attempts } = await nodeRuntime({ executionProviders: ["dml", "cpu"] });
    expect(executionProvider).toBe("cpu");
    expect(attempts[0]?.failure).toContain("expected a check that this provider computes right, got none");
  });
});
