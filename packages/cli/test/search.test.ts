// SPDX-License-Identifier: Apache-2.0
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ended, makeWorkplace, semlink, type Workplace } from "./semlink-process.ts";

const TIMEOUT_MS = 240_000;
const ARGV = ["search", "--preset", "smoke"];

describe("semlink search --preset smoke", () => {
  let workplace: Workplace;
  let first: Ended;
  let folder = "";

  /** Names of the stages of the run. */
  async function stages(): Promise<string[]> {
    return (await readdir(folder)).filter((name) => /^(search|trial)-/.test(name)).toSorted();
  }

  beforeAll(async () => {
    workplace = await makeWorkplace();
    folder = join(workplace.work, "runs", "smoke");
    first = await semlink(workplace, [...ARGV, "--json"]);
  }, TIMEOUT_MS);

  afterAll(async () => {
    await workplace.remove();
  });

  it("ends well, with the chosen architecture and every control as JSON", () => {
    expect(first.exitCode, first.stderr).toBe(0);
    const printed = JSON.parse(first.stdout) as {
      readonly chosen: { readonly id: string; readonly genotype: unknown };
      readonly architectures: readonly { readonly id: string; readonly origin: string }[];
    };
    expect(printed).toMatchObject({ run: folder, search: join(folder, "search.json") });
    expect(printed.chosen.genotype).not.toBeNull();
    expect(printed.architectures.map(({ id }) => id)).toContain(printed.chosen.id);
    expect(new Set(printed.architectures.map(({ origin }) => origin))).toEqual(
      new Set(["kdl", "ce", "no-penalty", "random", "residual-cnn", "plain-cnn"]),
    );
  });

  it("writes a page with every chart, and its tables", async () => {
    const page = await readFile(join(folder, "search.html"), "utf8");
    expect(page.match(/<figure /g)).toHaveLength(5);
    expect(await readdir(join(folder, "tables"))).toContain("search-architectures.csv");
  });

  it("trains no student: it ends with the architecture", async () => {
    expect((await readdir(folder)).some((name) => name.startsWith("distill-"))).toBe(false);
  });

  it(
    "does nothing twice, and prints the table of controls",
    async () => {
      const before = await stages();
      const { exitCode, stdout, stderr } = await semlink(workplace, ARGV);
      expect(exitCode, stderr).toBe(0);
      expect(await stages()).toEqual(before);
      expect(stdout).toMatch(/^architecture +origin +MACs +parameters +latency \[ms\] +Top-1 accuracy/);
      expect(stdout).toMatch(/\(chosen\) +(KDL-DARTS|random genotypes)/);
      expect(stdout).toContain('"normal": [');
      expect(stdout).toContain(`report: ${join(folder, "search.html")}\n`);
    },
    TIMEOUT_MS,
  );
});
