// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkRun, collectGarbage, describeStore } from "./garbage.ts";
import { tryLock } from "./lock.ts";
import { type Recipe, recipeKey, writeRecord } from "./record.ts";
import { artifactFolder, claimOf } from "./store.ts";
import { openUses, type Use } from "./uses.ts";

let runsFolder: string;
let storeFolder: string;
beforeEach(async () => {
  runsFolder = mkdtempSync(join(tmpdir(), "semlink-garbage-"));
  storeFolder = join(runsFolder, ".store");
  await mkdir(storeFolder);
});
afterEach(() => rmSync(runsFolder, { recursive: true }));

/** An artifact of one file. */
async function artifact(index: number, isFinished = true): Promise<Use> {
  const recipe: Recipe = { name: "count", version: 1, inputs: { index } };
  const key = recipeKey(recipe);
  const folder = artifactFolder(storeFolder, "count", key);
  await mkdir(folder);
  await writeFile(join(folder, "output"), "12345");
  if (isFinished) await writeRecord(folder, recipe, 1);
  return { artifact: key, folder: `count-${key.slice(0, 10)}` };
}

/** A run that used some artifacts. */
async function run(name: string, ...used: readonly Use[]): Promise<void> {
  await mkdir(join(runsFolder, name), { recursive: true });
  const uses = await openUses(join(runsFolder, name));
  for (const use of used) await uses.add(use);
}

const stored = async (): Promise<string[]> => (await readdir(storeFolder)).sort();

describe("garbage collection", () => {
  it("keeps what any run uses and removes the rest, finished or not", async () => {
    const [used, shared, unused] = [await artifact(1), await artifact(2), await artifact(3)];
    const unfinished = await artifact(4, false);
    await run("a", used, shared);
    await run("b", shared);
    const { removed, numKept } = await collectGarbage({ storeFolder, runsFolder });
    expect(removed.map(({ name }) => name).sort()).toEqual([unused.folder, unfinished.folder].sort());
    expect(numKept).toBe(2);
    expect(await stored()).toEqual([used.folder, shared.folder].sort());
  });

  it("tells with a dry run what would go, with its size, and removes nothing", async () => {
    const [used, unfinished] = [await artifact(1), await artifact(2, false)];
    await run("a", used);
    const before = await stored();
    const { removed } = await collectGarbage({ storeFolder, runsFolder, dryRun: true });
    expect(removed).toEqual([{ name: unfinished.folder, bytes: 5 }]);
    expect(await stored()).toEqual(before);
  });

  it("keeps what a process works on", async () => {
    const { folder } = await artifact(1, false);
    const found = await tryLock(claimOf(join(storeFolder, folder)));
    if (!("lock" in found)) throw new Error("nobody else has it");
    expect(await collectGarbage({ storeFolder, runsFolder, dryRun: true })).toEqual({
      removed: [],
      numKept: 1,
    });
    expect(await collectGarbage({ storeFolder, runsFolder })).toEqual({ removed: [], numKept: 1 });
    await found.lock.release();
    expect((await collectGarbage({ storeFolder, runsFolder })).removed).toHaveLength(1);
    expect(await stored()).toEqual([]);
  });

  it("keeps what a start used that did not come to its end, until one has", async () => {
    const [earlier, now] = [await artifact(1), await artifact(2)];
    await run("a", earlier);
    const uses = await openUses(join(runsFolder, "a"));
    await uses.add(now);
    expect((await collectGarbage({ storeFolder, runsFolder })).removed).toEqual([]);
    await uses.forgetEarlier();
    expect((await collectGarbage({ storeFolder, runsFolder })).removed).toMatchObject([
      { name: earlier.folder },
    ]);
  });

  it("removes nothing when the list of a run is damaged", async () => {
    await artifact(1);
    await mkdir(join(runsFolder, "a"));
    await writeFile(join(runsFolder, "a", "artifacts.json"), "{");
    const where = join(runsFolder, "a", "artifacts.json");
    await expect(collectGarbage({ storeFolder, runsFolder })).rejects.toMatchObject({
      code: "corrupt-file",
      where,
    });
    expect(await stored()).toHaveLength(1);
  });

  it("sweeps what killed processes left, and leaves what is younger than an hour", async () => {
    const use = await artifact(1, false);
    const { folder } = use;
    await run("a", use);
    const left = [".trash-old", ".lock-old", ".trash-new"];
    for (const name of left) await mkdir(join(storeFolder, name));
    const longAgo = new Date("2026-01-01");
    for (const name of left.slice(0, 2)) await utimes(join(storeFolder, name), longAgo, longAgo);
    await mkdir(join(storeFolder, "gone-0123456789.claim"));
    const dead = { pid: 2 ** 30, startTime: null, host: hostname(), since: "2026-01-01" };
    await writeFile(join(storeFolder, "gone-0123456789.claim", "dead"), JSON.stringify(dead));
    const draft = ".output.0f8fad5b-d9cb-469f-a165-70867728950e.tmp";
    await writeFile(join(storeFolder, folder, draft), "");
    await collectGarbage({ storeFolder, runsFolder });
    expect(await stored()).toEqual([".trash-new", folder]);
    expect(await readdir(join(storeFolder, folder))).toEqual(["output"]);
  });

  it("of a store that is not there finds nothing", async () => {
    const none = { storeFolder: join(runsFolder, "none"), runsFolder };
    expect(await collectGarbage(none)).toEqual({ removed: [], numKept: 0 });
    expect(await describeStore(none)).toEqual([]);
  });
});

describe("the description of a store", () => {
  it("has state, size, users and holder of every artifact", async () => {
    const [finished, unfinished, damaged] = [await artifact(1), await artifact(2, false), await artifact(3)];
    await writeFile(join(storeFolder, damaged.folder, "stage.json"), "{");
    await run("a", finished);
    await run("b", finished);
    const found = await tryLock(claimOf(join(storeFolder, unfinished.folder)));
    const described = new Map(
      (await describeStore({ storeFolder, runsFolder })).map((item) => [item.name, item]),
    );
    expect(described.size).toBe(3);
    expect(described.get(finished.folder)).toMatchObject({
      state: "finished",
      users: ["a", "b"],
      holder: null,
    });
    expect(described.get(unfinished.folder)).toMatchObject({
      state: "unfinished",
      bytes: 5,
      users: [],
      holder: expect.stringContaining(`process ${process.pid}`) as string,
    });
    expect(described.get(damaged.folder)).toMatchObject({ state: "damaged" });
    if ("lock" in found) await found.lock.release();
  });
});

describe("the check of a run", () => {
  it("names each artifact, and in a damaged one the file", async () => {
    const [good, bad, gone] = [await artifact(1), await artifact(2), await artifact(3)];
    await run("a", good, bad, gone);
    await writeFile(join(storeFolder, bad.folder, "output"), "12344");
    await rm(join(storeFolder, gone.folder), { recursive: true });
    expect(await checkRun(join(runsFolder, "a"), storeFolder)).toEqual([
      { name: good.folder, numFiles: 1, bytes: 5, problem: null },
      { name: bad.folder, numFiles: 1, bytes: 5, problem: expect.stringContaining("output") as string },
      { name: gone.folder, numFiles: 0, bytes: 0, problem: expect.stringContaining("not there") as string },
    ]);
  });

  it("of a folder that is no run is told in words", async () => {
    await expect(checkRun(runsFolder, storeFolder)).rejects.toMatchObject({ code: "no-artifacts" });
  });
});
