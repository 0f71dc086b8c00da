// SPDX-License-Identifier: Apache-2.0
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { nodeRuntime } from "@semlink/engine/node";
import { describe, expect, it } from "vitest";
import { eachTempFolder } from "../../temp-folder.fixture.ts";
import { exportedTinyLink } from "../exported-link.fixture.ts";
import { linkNames, openLinkFolder } from "./link-folder.ts";

const runtime = await nodeRuntime({ intraOpThreads: 1 });
const { transmitter, receiver } = exportedTinyLink();

describe("a folder of links", () => {
  const folder = eachTempFolder();

  it("names the links that have both halves, and opens one", async () => {
    await writeFile(join(folder(), "cat.transmitter.onnx"), transmitter);
    await writeFile(join(folder(), "cat.receiver.onnx"), receiver);
    await writeFile(join(folder(), "half.receiver.onnx"), receiver);
    expect(await linkNames(folder())).toEqual(["cat"]);
    const link = await openLinkFolder(folder(), "cat", runtime);
    expect(link.card.line).toBe("cat");
    await link.release();
  });

  it("says which links there are when one is missing", async () => {
    await writeFile(join(folder(), "cat.transmitter.onnx"), transmitter);
    await writeFile(join(folder(), "cat.receiver.onnx"), receiver);
    await expect(openLinkFolder(folder(), "dog", runtime)).rejects.toMatchObject({
      code: "missing-file",
      where: join(folder(), "dog.transmitter.onnx"),
      hint: `links in ${folder()}: cat`,
    });
  });

  it("says when it has no link with both halves", async () => {
    await writeFile(join(folder(), "cat.transmitter.onnx"), transmitter);
    await expect(openLinkFolder(folder(), "cat", runtime)).rejects.toMatchObject({
      code: "missing-file",
      where: join(folder(), "cat.receiver.onnx"),
      hint: "it has no link with both halves",
    });
  });

  it("that is not there is refused, and the folder to give is named", async () => {
    await expect(linkNames(join(folder(), "none"))).rejects.toMatchObject({
      code: "missing-file",
      hint: "give the folder links of a run that has trained its lines",
    });
  });
});
