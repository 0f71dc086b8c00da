// SPDX-License-Identifier: Apache-2.0
import { nodeRuntime } from "@semlink/engine/node";
import { expectClose } from "@semlink/engine/testing";
import { openRadio, prefixOf } from "@semlink/system";
import { openLinkFolder } from "@semlink/system/node";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { bundleForBrowser } from "../packages/engine/test/page-bundle.fixture.ts";
import { exportedTinyLink } from "../packages/system/src/link/exported-link.fixture.ts";
import { main as openALink } from "./08-open-a-link.js";
import { main as withoutSemlink } from "./09-link-without-semlink.js";
import { main as inTheBrowser } from "./10-link-in-the-browser.js";

const SHAPE = [3, 8, 8];
const ES_NO_DB = 5;
const image = Float32Array.from({ length: 3 * 8 * 8 }, (_, i) => (37 * i) % 256);
// Kernels of different builds sum in different orders.
const FLOAT_ERROR = { relative: 1e-4, absolute: 1e-4 };

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "semlink-links-"));
  const { transmitter, receiver } = exportedTinyLink();
  writeFileSync(join(folder, "cat.transmitter.onnx"), transmitter);
  writeFileSync(join(folder, "cat.receiver.onnx"), receiver);
  return () => {
    rmSync(folder, { recursive: true });
  };
});

/** What the link answers over white noise at a length, the noise being left out. */
async function answerWithoutNoise(numSymbols: number): Promise<Float32Array> {
  const link = await openLinkFolder(folder, "cat", await nodeRuntime({ intraOpThreads: 1 }));
  const told = { batchSize: 1, esNoDb: ES_NO_DB, channel: openRadio("awgn") };
  const no = 10 ** (-ES_NO_DB / 10);
  const x = prefixOf(await link.encode(image, told), 1, numSymbols);
  const symbols = x.map((value) => value / (1 + no));
  const { answer } = await link.decode({
    ...told,
    numSymbols,
    symbols,
    equalizedEsNoDb: Float32Array.of(ES_NO_DB),
  });
  await link.release();
  return answer;
}

describe("the examples of links", () => {
  it.each(["08-open-a-link", "09-link-without-semlink", "10-link-in-the-browser"])(
    "are short: %s",
    (name) => {
      const lines = readFileSync(join(import.meta.dirname, `${name}.js`), "utf8")
        .trimEnd()
        .split("\n");
      expect(lines.length).toBeLessThanOrEqual(30);
    },
  );
});

describe("example 08", () => {
  it("answers at every length of the link, and says by which class", async () => {
    const lines: string[] = [];
    const answers = await openALink({ folder, image, log: (text) => void lines.push(text) });
    expect(answers.map(({ length }) => length)).toEqual([4, 4]);
    expect(lines).toEqual([
      expect.stringMatching(/^2 symbols over rayleigh-block at 5 dB: [abcd]$/),
      expect.stringMatching(/^4 symbols over rayleigh-block at 5 dB: [abcd]$/),
    ]);
  });

  it("has an image of its own when none is given", async () => {
    const answers = await openALink({ folder, channel: "awgn", log: () => undefined });
    expect(answers.flatMap((answer) => [...answer]).every(Number.isFinite)).toBe(true);
  });
});

describe("example 09", () => {
  it.each([2, 4])("answers as semlink does: %d symbols", async (numSymbols) => {
    const setting = { folder, image, shape: SHAPE, esNoDb: ES_NO_DB, numSymbols };
    const answer = await withoutSemlink({ ...setting, gaussian: () => 0 });
    expectClose(answer, await answerWithoutNoise(numSymbols), FLOAT_ERROR);
    const noisy = await withoutSemlink(setting);
    expect([...noisy].every(Number.isFinite)).toBe(true);
    expect(noisy).not.toEqual(answer);
  });
});

describe("example 10", () => {
  it("answers by onnxruntime-web what Node answers", async () => {
    const server = createServer((request, response) => {
      response.end(readFileSync(join(folder, request.url!.slice(1))));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/cat`;
    const answer = await inTheBrowser({ url, image, esNoDb: ES_NO_DB });
    server.close();
    const [inNode] = await openALink({
      folder,
      image,
      channel: "awgn",
      esNoDb: ES_NO_DB,
      log: () => undefined,
    });
    expectClose(answer, inNode, FLOAT_ERROR);
  });

  it("needs no module of Node in a page", async () => {
    const { nodeImports } = await bundleForBrowser("../../../examples/10-link-in-the-browser.js", "page");
    expect(nodeImports).toEqual([]);
  });
});
