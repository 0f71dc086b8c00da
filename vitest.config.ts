// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from "node:url";
import { defineConfig, type TestProjectConfiguration } from "vitest/config";

function folder(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

const source = (path: string): string => folder(`packages/${path}`);

// Tests run on the sources: no build is needed, and a stack trace shows the line that was written.
const alias = [
  { find: /^@semlink\/engine$/, replacement: source("engine/src/index.ts") },
  { find: /^@semlink\/engine\/node$/, replacement: source("engine/src/node.ts") },
  { find: /^@semlink\/engine\/web$/, replacement: source("engine/src/web.ts") },
  { find: /^@semlink\/engine\/testing$/, replacement: source("engine/src/testing/index.ts") },
  { find: /^@semlink\/onnx-import$/, replacement: source("onnx-import/src/index.ts") },
  { find: /^@semlink\/onnx-import\/node$/, replacement: source("onnx-import/src/node.ts") },
  { find: /^@semlink\/system$/, replacement: source("system/src/index.ts") },
  { find: /^@semlink\/system\/node$/, replacement: source("system/src/node.ts") },
];

// What needs Chromium is a project of its own: everything else runs on a machine with Node alone.
const IN_BROWSER = "**/*.browser.test.ts";

function project(name: string, root: string, include: readonly string[]): TestProjectConfiguration {
  return {
    resolve: { alias },
    test: {
      name,
      root,
      include: [...include],
      exclude: name === "browser" ? [] : [IN_BROWSER],
      // Some tests start whole runs in child processes; a busy machine must not fail them.
      testTimeout: 240_000,
      hookTimeout: 240_000,
    },
  };
}

const ofPackage = (name: string): TestProjectConfiguration =>
  project(name, source(name), ["src/**/*.test.ts", "test/**/*.test.ts"]);

export default defineConfig({
  test: {
    reporters: ["default"],
    projects: [
      ...["engine", "onnx-import", "system", "cli"].map(ofPackage),
      project("examples", folder("examples"), ["**/*.test.ts"]),
      project("lint", folder("lint"), ["*.test.js"]),
      project("browser", folder("."), ["{packages/*/test,examples}/**/*.browser.test.ts"]),
    ],
  },
});
