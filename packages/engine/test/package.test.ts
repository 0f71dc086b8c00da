// SPDX-License-Identifier: Apache-2.0
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { publint } from "publint";
import { beforeAll, describe, expect, it } from "vitest";

// The package as it would be published, from the compiled files: `npm test` builds first.

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
const ENTRIES = [".", "./node", "./web", "./testing"];

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, unknown>>;
}

const require = createRequire(import.meta.url);
const run = promisify(execFile);

let folder: string;
let tarball: Uint8Array<ArrayBuffer>;
let packedFiles: readonly string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "semlink-package-"));
  const pack = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const { stdout } = await run("npm", pack, { cwd: PACKAGE });
  const [packed] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  tarball = new Uint8Array(await readFile(join(folder, packed.filename)));
  packedFiles = packed.files.map(({ path }) => path);
  await writeFile(join(folder, "engine.tgz"), tarball);
  return () => rm(folder, { recursive: true });
});

describe("the package", () => {
  it("holds sources, compiled files, licence and readme, and nothing that only tests need", () => {
    const kinds = packedFiles.filter((path) => !/^(dist|src)\//.test(path)).sort();
    expect(kinds).toEqual(["LICENSE", "README.md", "package.json"]);
    expect(packedFiles.filter((path) => /\.(test|fixture)\.|__goldens__|tsbuildinfo/.test(path))).toEqual([]);
    for (const path of ["dist/index.js", "dist/index.d.ts", "dist/index.js.map", "src/index.ts"])
      expect(packedFiles).toContain(path);
  });

  it("passes publint without a suggestion", async () => {
    const { messages } = await publint({ pack: { tarball: tarball.buffer }, level: "suggestion" });
    expect(messages).toEqual([]);
  });

  it("resolves with its types from modules and bundlers; older ways fail as for every module-only package", async () => {
    const result = await checkPackage(createPackageFromTarballData(tarball));
    if (result.types === false) expect.fail("no types at all");
    expect(Object.keys(result.entrypoints)).toEqual(ENTRIES);
    const found = result.problems.map((problem) => {
      const place = "entrypoint" in problem ? `${problem.entrypoint} ${problem.resolutionKind}` : "";
      return `${problem.kind} ${place}`;
    });
    // node10 knows no "exports"; Node itself loads the modules by `require` since 20.19, as the last test shows.
    const expected = ENTRIES.flatMap((entry) => [
      `NoResolution ${entry} node10`,
      `CJSResolvesToESM ${entry} node16-cjs`,
    ]);
    expect(found.sort()).toEqual(expected.sort());
  });
});

const CONSUMER = `
import { exp, gradients, input, lower, sum, type Runtime, type Tensor } from "@semlink/engine";
import { nodeRuntime, profileModel } from "@semlink/engine/node";
import { float64Tensor, gradcheck } from "@semlink/engine/testing";
import { webRuntime } from "@semlink/engine/web";

const f = (x: Tensor): Tensor => sum(exp(x));
gradcheck(({ x }) => f(x!), { x: float64Tensor([2], [0, 1]) });
const x: Tensor = input("x", [2]);
const [dx] = gradients(f(x), [x]);
const runtime: Runtime = await nodeRuntime({ intraOpThreads: 1 });
const { bytes } = lower({ dx: dx! }, { kernels: runtime.kernels });
const feeds = { x: { dtype: "float32", shape: [2], data: Float32Array.of(0, 1) } } as const;
const session = await runtime.createSession(bytes);
const values = await session.run({ x: { ...feeds.x, shape: [2] } });
await session.release();
console.log([...values["dx"]!.data].map(Number).join(), typeof profileModel, typeof webRuntime);
`;

/** A project beside the package, which sees nothing but it and what its manifest asks for. */
async function installAlone(project: string): Promise<void> {
  const modules = join(project, "node_modules");
  await mkdir(join(modules, "@semlink"), { recursive: true });
  await run("tar", ["-xzf", join(folder, "engine.tgz"), "-C", join(modules, "@semlink")]);
  await run("mv", ["package", "engine"], { cwd: join(modules, "@semlink") });
  const manifest = JSON.parse(await readFile(join(PACKAGE, "package.json"), "utf8")) as Manifest;
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(
      fileURLToPath(new URL(`../../../node_modules/${name}`, import.meta.url)),
      join(modules, name),
    );
  }
  await writeFile(join(project, "package.json"), JSON.stringify({ type: "module" }));
}

describe("a project that installs the package and nothing else", () => {
  let project: string;

  beforeAll(async () => {
    project = join(folder, "project");
    await installAlone(project);
  });

  it("compiles against its types, without skipping any declaration, and computes", async () => {
    await writeFile(join(project, "consumer.ts"), CONSUMER);
    const compilerOptions = {
      target: "ES2023",
      lib: ["ES2023", "DOM"],
      module: "NodeNext",
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      types: [],
    };
    await writeFile(
      join(project, "tsconfig.json"),
      JSON.stringify({ compilerOptions, files: ["consumer.ts"] }),
    );
    const tsc = await run(process.execPath, [require.resolve("typescript/bin/tsc"), "-p", project]).catch(
      (failure: unknown) => failure as { stdout: string },
    );
    expect(tsc.stdout).toBe("");
    const { stdout } = await run(process.execPath, [join(project, "consumer.js")]);
    const [first, second] = stdout.split(" ")[0]!.split(",").map(Number);
    expect(first).toBeCloseTo(1, 6);
    expect(second).toBeCloseTo(Math.E, 6);
    expect(stdout.trim().split(" ").slice(1)).toEqual(["function", "function"]);
  });

  it("loads it by require as well", async () => {
    const script = `console.log(typeof require("@semlink/engine").gradients, typeof require("@semlink/engine/node").fileCheckpoints)`;
    await writeFile(join(project, "consumer.cjs"), script);
    const { stdout } = await run(process.execPath, ["--no-warnings", join(project, "consumer.cjs")]);
    expect(stdout.trim()).toBe("function function");
  });
});
