// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from "node:url";
import { defineConfig, type TestProjectConfiguration } from "vitest/config";

function source(path: string): string {
  return fileURLToPath(new URL(`packages/${path}`, import.meta.url));
}

// Tests run on the sources: no build is needed, and a stack trace shows the line that was written.
const alias = [
  { find: /^@semlink\/engine$/, replacement: source("engine/src/index.ts") },
  { find: /^@semlink\/engine\/node$/, replacement: source("engine/src/node.ts") },
  { find: /^@semlink\/engine\/testing$/, replacement: source("engine/src/testing/index.ts") },
  { find: /^@semlink\/system$/, replacement: source("system/src/index.ts") },
];

function project(name: string): TestProjectConfiguration {
  return {
    resolve: { alias },
    test: {
      name,
      root: source(name),
      include: ["src/**/*.test.ts", "test/**/*.test.ts"],
      // Some tests start whole runs in child processes; a busy machine must not fail them.
      testTimeout: 240_000,
      hookTimeout: 240_000,
    },
  };
}

export default defineConfig({
  test: { reporters: ["default"], projects: [project("engine"), project("system"), project("cli")] },
});
