// SPDX-License-Identifier: Apache-2.0
import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CreateFile, removeTemporaries, type SyncedFile, writeFileAtomic } from "./atomic-write.ts";

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "semlink-files-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** Real files on which `step` runs in place of writing, after the first half of the data is on the disk. */
function halfWritten(step: () => Promise<void>): CreateFile {
  return async (path) => {
    const handle = await open(path, "wx");
    return {
      writeFile: async (data) => {
        await handle.writeFile(data.slice(0, data.length / 2));
        await step();
      },
      sync: () => handle.sync(),
      close: () => handle.close(),
    };
  };
}

function failWith(code: string): () => Promise<void> {
  return () => Promise.reject(Object.assign(new Error(`${code}: write`), { code }));
}

describe("writeFileAtomic", () => {
  it("writes text and bytes, replaces what was there, and leaves nothing else in the folder", async () => {
    const path = join(folder, "a.txt");
    await writeFileAtomic(path, "first");
    await writeFileAtomic(path, "häh");
    expect(await readFile(path, "utf8")).toBe("häh");
    await writeFileAtomic(path, new Uint8Array([0, 255, 10]));
    expect([...(await readFile(path))]).toEqual([0, 255, 10]);
    expect(await readdir(folder)).toEqual(["a.txt"]);
  });

  it("keeps the old file and removes its temporary file when the disk is full", async () => {
    const path = join(folder, "a.txt");
    await writeFile(path, "old");
    const write = writeFileAtomic(path, "new content", halfWritten(failWith("ENOSPC")));
    await expect(write).rejects.toMatchObject({ code: "disk-full", where: path });
    expect(await readdir(folder)).toEqual(["a.txt"]);
    expect(await readFile(path, "utf8")).toBe("old");
  });

  it("keeps the old file when the writer stops half way, and the next writer is not disturbed", async () => {
    const path = join(folder, "a.txt");
    await writeFile(path, "old");
    let resume = (): void => undefined;
    const killed = new Promise<void>((resolve) => (resume = resolve));
    let isHalfWritten = (): void => undefined;
    const reached = new Promise<void>((resolve) => (isHalfWritten = resolve));
    const stopped = halfWritten(() => {
      isHalfWritten();
      return killed;
    });

    const write = writeFileAtomic(path, "new content", stopped);
    await reached;
    expect(await readFile(path, "utf8")).toBe("old");
    await writeFileAtomic(path, "from another process");
    expect(await readFile(path, "utf8")).toBe("from another process");
    resume();
    await write;
  });

  it("syncs the data before the file takes its name", async () => {
    const path = join(folder, "a.txt");
    const seen: string[][] = [];
    const createFile: CreateFile = async (temporary) => {
      const handle = await open(temporary, "wx");
      return {
        writeFile: (data) => handle.writeFile(data),
        sync: async () => {
          seen.push(await readdir(folder));
          await handle.sync();
        },
        close: () => handle.close(),
      };
    };
    await writeFileAtomic(path, "data", createFile);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toEqual([expect.stringMatching(/^\.a\.txt\..*\.tmp$/)]);
  });

  it.each([
    ["EDQUOT", "disk-full", "quota"],
    ["EACCES", "write-failed", "permissions"],
    ["EROFS", "write-failed", "read-only"],
    ["EIO", "write-failed", "EIO"],
  ])("turns %s into the code %s", async (systemCode, code, text) => {
    const write = writeFileAtomic(join(folder, "a.txt"), "data", halfWritten(failWith(systemCode)));
    await expect(write).rejects.toMatchObject({ code, message: expect.stringContaining(text) as string });
  });

  it("says that the folder is missing", async () => {
    const write = writeFileAtomic(join(folder, "missing", "a.txt"), "data");
    await expect(write).rejects.toMatchObject({ code: "write-failed", hint: "create the folder first" });
  });

  it("removes its temporary file when the name is taken by a folder", async () => {
    await mkdir(join(folder, "a", "b"), { recursive: true });
    const write = writeFileAtomic(join(folder, "a"), "data");
    await expect(write).rejects.toMatchObject({ code: "write-failed" });
    expect(await readdir(folder)).toEqual(["a"]);
  });
});

describe("removeTemporaries", () => {
  it("removes what a killed process left of a write, and nothing else", async () => {
    const killedWhileWriting = (path: string): Promise<SyncedFile> =>
      Promise.resolve({
        writeFile: (data) => writeFile(path, data),
        sync: () => new Promise(() => undefined), // never comes back
        close: () => Promise.resolve(),
      });
    void writeFileAtomic(join(folder, "a.txt"), "half", killedWhileWriting);
    while ((await readdir(folder)).length === 0) await setImmediate();
    const others = ["b.txt", ".hidden", "c.tmp", ".d.tmp"];
    for (const name of others) await writeFile(join(folder, name), "kept");
    expect(await readdir(folder)).toHaveLength(others.length + 1);
    await removeTemporaries(folder);
    expect(new Set(await readdir(folder))).toEqual(new Set(others));
  });
});
