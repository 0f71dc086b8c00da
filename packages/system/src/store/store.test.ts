// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { appendFile, chmod, cp, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SemlinkError } from "@semlink/engine";
import { type Recipe, recipeKey } from "./record.ts";
import { artifactFolder, type ArtifactWork, claimOf, provideArtifact, type Provided } from "./store.ts";

const NUM_STEPS = 5;
const DRAFT = ".output.0f8fad5b-d9cb-469f-a165-70867728950e.tmp";

let store: string;
let said: string[];
beforeEach(() => {
  store = mkdtempSync(join(tmpdir(), "semlink-store-"));
  said = [];
});
afterEach(() => rmSync(store, { recursive: true }));

/** Counts to five in a checkpoint file, one step after the other; `stopAt` interrupts it there. */
function counting(inputs: unknown, calls: number[], stopAt?: number): ArtifactWork<number> {
  const recipe: Recipe = { name: "count", version: 1, inputs };
  const folder = artifactFolder(store, "count", recipeKey(recipe));
  return {
    recipe,
    folder,
    say: (message) => said.push(message),
    signal: new AbortController().signal,
    async produce() {
      const checkpoint = join(folder, "checkpoint");
      let step = existsSync(checkpoint) ? Number(await readFile(checkpoint, "utf8")) : 0;
      while (step < NUM_STEPS) {
        if (step === stopAt) throw new Error("interrupted");
        calls.push(step++);
        await writeFile(checkpoint, String(step));
      }
      await mkdir(join(folder, "parts"), { recursive: true });
      await writeFile(join(folder, "parts", "half"), String(step / 2));
      await writeFile(join(folder, "output"), String(step));
    },
    async read() {
      const text = await readFile(join(folder, "output"), "utf8");
      if (/^\d+$/.test(text)) return Number(text);
      const where = join(folder, "output");
      throw new SemlinkError({ code: "corrupt-file", where, expected: "a number", actual: text });
    },
  };
}

async function failed(work: Promise<Provided<number>>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("a finished artifact", () => {
  it("is read and not made again", async () => {
    const calls: number[] = [];
    const first = await provideArtifact(counting({ a: 1 }, calls));
    const second = await provideArtifact(counting({ a: 1 }, calls));
    expect(first).toMatchObject({ value: NUM_STEPS, cached: false });
    expect(second).toEqual({ ...first, cached: true });
    expect(calls).toEqual([0, 1, 2, 3, 4]);
    expect(said).toEqual([]);
  });

  it("lies in a folder named by what it depends on, with size and digest of every file", async () => {
    const { folder, recipe } = counting({ a: 1 }, []);
    await provideArtifact(counting({ a: 1 }, []));
    expect(await readdir(store)).toEqual([`count-${recipeKey(recipe).slice(0, 10)}`]);
    const record: unknown = JSON.parse(await readFile(join(folder, "stage.json"), "utf8"));
    expect(record).toMatchObject({ ...recipe, key: recipeKey(recipe) });
    expect((record as { files: unknown }).files).toEqual({
      checkpoint: { bytes: 1, sha256: "ef2d127de37b942baad06145e54b0c619a1f22327b2ebbcfbec78f5564afe39d" },
      output: { bytes: 1, sha256: "ef2d127de37b942baad06145e54b0c619a1f22327b2ebbcfbec78f5564afe39d" },
      "parts/half": { bytes: 3, sha256: "b8736b999909049671d0ea075a42b308a5fbe2df1854899123fe09eb0ee9de61" },
    });
  });

  it("is another one when an input or the version changes", async () => {
    const calls: number[] = [];
    const work = counting({ a: 1 }, calls);
    const recipe = { ...work.recipe, version: 2 };
    await provideArtifact(work);
    await provideArtifact(counting({ a: 2 }, calls));
    expect(recipeKey(recipe)).not.toBe(recipeKey(work.recipe));
    expect(calls).toHaveLength(2 * NUM_STEPS);
    expect(await readdir(store)).toHaveLength(2);
  });

  it("of another key with the same first digits is told and left alone", async () => {
    const [work, other] = [counting({ a: 1 }, []), counting({ a: 2 }, [])];
    await provideArtifact(other);
    await cp(other.folder, work.folder, { recursive: true });
    const error = await failed(provideArtifact(work));
    expect(error).toMatchObject({
      code: "key-collision",
      actual: expect.stringContaining(recipeKey(other.recipe)) as string,
    });
    expect(existsSync(join(work.folder, "output"))).toBe(true);
  });
});

describe("an interrupted artifact", () => {
  it("goes on from its checkpoint and ends with the same value", async () => {
    const calls: number[] = [];
    expect(await failed(provideArtifact(counting({}, calls, 3)))).toMatchObject({ message: "interrupted" });
    expect(await provideArtifact(counting({}, calls))).toMatchObject({ value: NUM_STEPS, cached: false });
    expect(calls).toEqual([0, 1, 2, 3, 4]);
  });

  it("is resumed by whoever comes after a dead process, and half-written files are swept", async () => {
    const work = counting({}, []);
    await failed(provideArtifact(counting({}, [], 3)));
    await mkdir(join(work.folder, "phases"));
    for (const path of [DRAFT, join("phases", DRAFT)]) await writeFile(join(work.folder, path), "half");
    await mkdir(claimOf(work.folder));
    const dead = { pid: 2 ** 30, startTime: null, host: hostname(), since: "2026-01-01" };
    await writeFile(join(claimOf(work.folder), "dead"), JSON.stringify(dead));
    await provideArtifact(work);
    expect(await readdir(store)).toEqual([basename(work.folder)]);
    expect((await readdir(work.folder, { recursive: true })).sort()).toEqual([
      "checkpoint",
      "output",
      "parts",
      join("parts", "half"),
      "phases",
      "stage.json",
    ]);
  });

  it("counts the time of every session", async () => {
    const [work, earlierS] = [counting({}, []), 1000];
    await failed(provideArtifact(counting({}, [], 3)));
    await writeFile(join(work.folder, "elapsed.json"), JSON.stringify({ elapsedS: earlierS }));
    const { durationS } = await provideArtifact(work);
    expect(durationS).toBeGreaterThan(earlierS);
    expect(durationS).toBeLessThan(earlierS + 60);
  });

  it("does not start when the run has been stopped", async () => {
    const reason = new Error("interrupted");
    const calls: number[] = [];
    const work = { ...counting({}, calls), signal: AbortSignal.abort(reason) };
    expect(await failed(provideArtifact(work))).toBe(reason);
    expect(calls).toEqual([]);
    expect(await readdir(store)).toEqual([]);
  });
});

describe("an artifact that another process works on", () => {
  it("is waited for, which is said once and can be ended", async () => {
    const work = counting({}, []);
    await mkdir(claimOf(work.folder));
    const other = { pid: 1, startTime: null, host: "another-machine", since: "2026-01-01" };
    await writeFile(join(claimOf(work.folder), "other"), JSON.stringify(other));
    const stop = new AbortController();
    const reason = new Error("interrupted");
    const say = (message: string): void => {
      said.push(message);
      stop.abort(reason);
    };
    expect(await failed(provideArtifact({ ...work, say, signal: stop.signal }))).toBe(reason);
    expect(said).toEqual([expect.stringMatching(/process 1 on another-machine .*count-.*waiting/)]);
  });

  it("is made once when both ask at the same time", async () => {
    const calls: number[] = [];
    const provided = await Promise.all([1, 2, 3].map(() => provideArtifact(counting({}, calls))));
    expect(provided.filter(({ cached }) => !cached)).toHaveLength(1);
    expect(calls).toEqual([0, 1, 2, 3, 4]);
  });
});

describe("damage", () => {
  const flipped = async (path: string): Promise<void> => {
    const bytes = await readFile(path);
    bytes[0]! ^= 1;
    await writeFile(path, bytes);
  };

  it.each<[string, string, (folder: string) => Promise<void>]>([
    ["a flipped bit", "half", (folder) => flipped(join(folder, "parts", "half"))],
    ["a flipped bit that reads well", "output", (folder) => writeFile(join(folder, "output"), "4")],
    ["a truncated file", "half", (folder) => writeFile(join(folder, "parts", "half"), "2")],
    ["a longer file", "checkpoint", (folder) => appendFile(join(folder, "checkpoint"), "0")],
    ["a deleted file", "checkpoint", (folder) => rm(join(folder, "checkpoint"))],
    ["a file that nobody wrote", "extra", (folder) => writeFile(join(folder, "extra"), "")],
    ["a link", "link", (folder) => symlink("output", join(folder, "link"))],
    ["a damaged record", "stage.json", (folder) => writeFile(join(folder, "stage.json"), "{")],
    [
      "a record of an earlier version",
      "stage.json",
      (folder) => writeFile(join(folder, "stage.json"), `{"key":"of another stage","durationS":1}`),
    ],
    [
      "a folder in place of the record",
      "stage.json",
      async (folder) => {
        await rm(join(folder, "stage.json"));
        await mkdir(join(folder, "stage.json"));
      },
    ],
    [
      "a file in place of the artifact",
      "count",
      async (folder) => {
        await rm(folder, { recursive: true });
        await writeFile(folder, "");
      },
    ],
  ])(
    "of the kind of %s has the artifact made again from nothing, in a line that names %s",
    async (_kind, name, harm) => {
      const calls: number[] = [];
      const work = counting({}, calls);
      await provideArtifact(work);
      await harm(work.folder);
      expect(await provideArtifact(counting({}, calls))).toMatchObject({ value: NUM_STEPS, cached: false });
      expect(calls).toEqual([0, 1, 2, 3, 4, 0, 1, 2, 3, 4]);
      expect(said).toEqual([expect.stringMatching(new RegExp(`damaged.*made again.*${name}`))]);
      expect(await readdir(store)).toEqual([basename(work.folder)]);
    },
  );

  it("of an artifact that was just made is an error", async () => {
    const work = counting({}, []);
    const produce = (): Promise<void> => writeFile(join(work.folder, "output"), "12garbage");
    expect(await failed(provideArtifact({ ...work, produce }))).toMatchObject({ code: "corrupt-file" });
  });

  it("other than of a file is passed on, and nothing is lost", async () => {
    const work = counting({}, []);
    await provideArtifact(work);
    const read = (): Promise<number> => Promise.reject(new RangeError("a mistake"));
    expect(await failed(provideArtifact({ ...work, read }))).toBeInstanceOf(RangeError);
    expect(await provideArtifact(work)).toMatchObject({ cached: true });
  });

  it("does not come from a file that may not be read: that is told in words", async () => {
    const work = counting({}, []);
    await provideArtifact(work);
    await chmod(join(work.folder, "output"), 0);
    const isRoot = process.getuid?.() === 0; // root reads everything
    const error = await failed(provideArtifact(work));
    expect(error).toEqual(isRoot ? undefined : expect.objectContaining({ code: "read-failed" }));
    await chmod(join(work.folder, "output"), 0o600);
    expect(await provideArtifact(work)).toMatchObject({ cached: true });
  });
});

it("inputs that are not JSON are refused", () => {
  expect(() => counting({ f: String }, [])).toThrow(expect.objectContaining({ code: "not-json" }));
});

it.each(["Count", "a b", "", "../a", "a-"])("the name %j of a folder is refused", (name) => {
  expect(() => artifactFolder(store, name, "0".repeat(64))).toThrow(
    expect.objectContaining({ code: "invalid-argument" }),
  );
});
