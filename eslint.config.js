// SPDX-License-Identifier: Apache-2.0
import vitest from "@vitest/eslint-plugin";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";
import { folderOrder } from "./lint/folder-order.js";
import { FOLDERS } from "./lint/folders.js";
import { literalSpread } from "./lint/literal-spread.js";

/**
 * The dependency rule of one package: `cli -> system -> onnx-import -> engine`, and ONNX Runtime only in `engine/src/runtime`.
 *
 * @param {string[]} files globs the rule is for
 * @param {RegExp} forbidden module names and paths that these files must not import
 * @param {string} message what to do instead
 */
function forbidImports(files, forbidden, message) {
  return {
    files,
    rules: {
      "no-restricted-imports": ["error", { patterns: [{ regex: forbidden.source, message }] }],
      "no-restricted-syntax": [
        "error",
        { selector: `ImportExpression > Literal[value=${forbidden}]`, message },
      ],
    },
  };
}

/**
 * The order of the folders of one package, see `lint/folders.js`.
 *
 * @param {string} name of the package's folder
 */
function orderFolders(name) {
  const root = `packages/${name}/src`;
  return {
    files: [`${root}/**/*.ts`],
    rules: { "semlink/folder-order": ["error", { root, order: FOLDERS[name] }] },
  };
}

const ONNX_RUNTIME = /^onnxruntime-/;
const IMPORT = /^@semlink\/onnx-import|^\..*\/onnx-import\/src\//;
const CLI = /^semlink-cli|^\..*\/cli\/src\//;
const SYSTEM = /^@semlink\/system|^\..*\/system\/src\//;
const FILES_OF_SYSTEM = /^@semlink\/system\/(?!node$)|^\..*\/system\/src\//;
const FILES_OF_IMPORT = /^@semlink\/onnx-import\/(?!node$)|^\..*\/onnx-import\/src\//;
const FILES_OF_ENGINE = /^@semlink\/engine\/(?!node$|testing$)|^\..*\/engine\/src\//;

function anyOf(...patterns) {
  return new RegExp(patterns.map(({ source }) => source).join("|"));
}

export default defineConfig(
  globalIgnores(["**/dist/", "**/.*/", "coverage/", "runs/", "docs/api/"]),
  { linterOptions: { noInlineConfig: true } },
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: "error",
      "max-lines": ["error", { max: 300 }],
      "no-console": "error",
      "no-restricted-exports": [
        "error",
        { restrictDefaultExports: { direct: true, named: true, defaultFrom: true, namedFrom: true } },
      ],
      // Typed arrays are indexed with `!`, and numbers are printed in messages everywhere.
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-unnecessary-condition": ["error", { allowConstantLoopConditions: true }],
      "@typescript-eslint/ban-ts-comment": [
        "error",
        { "ts-check": true, "ts-expect-error": true, "ts-ignore": true, "ts-nocheck": true },
      ],
      // An interface may be asynchronous where one of its kinds is not.
      "@typescript-eslint/require-await": "off",
    },
  },
  forbidImports(
    ["packages/engine/**"],
    anyOf(ONNX_RUNTIME, IMPORT, SYSTEM, CLI, /^@semlink\/engine/),
    "The engine imports no other package of semlink; ONNX Runtime is imported in engine/src/runtime only.",
  ),
  forbidImports(
    ["packages/engine/src/runtime/**"],
    anyOf(IMPORT, SYSTEM, CLI, /^@semlink\/engine/),
    "The engine imports no other package of semlink.",
  ),
  forbidImports(
    ["packages/onnx-import/**"],
    anyOf(ONNX_RUNTIME, SYSTEM, CLI, /^@semlink\/onnx-import/, FILES_OF_ENGINE),
    "onnx-import imports the engine by its package name, never its files, system, cli or ONNX Runtime.",
  ),
  forbidImports(
    ["packages/system/**"],
    anyOf(ONNX_RUNTIME, CLI, /^@semlink\/system/, FILES_OF_IMPORT, FILES_OF_ENGINE),
    "system imports the engine by its package name, never its files, cli or ONNX Runtime.",
  ),
  forbidImports(
    ["packages/cli/**"],
    anyOf(ONNX_RUNTIME, FILES_OF_SYSTEM, FILES_OF_IMPORT, FILES_OF_ENGINE),
    "cli imports system and engine by their package names, never their files or ONNX Runtime.",
  ),
  { plugins: { semlink: { rules: { "folder-order": folderOrder, "literal-spread": literalSpread } } } },
  orderFolders("engine"),
  orderFolders("system"),
  {
    files: ["packages/**"],
    rules: { "semlink/literal-spread": "error" },
  },
  {
    files: ["**/*.test.ts", "**/*.conformance.ts"],
    plugins: { vitest },
    rules: {
      "vitest/no-disabled-tests": "error",
      "vitest/no-focused-tests": "error",
      "vitest/no-identical-title": "error",
    },
  },
  { files: ["**/*.config.{js,ts}"], rules: { "no-restricted-exports": "off" } },
  { files: ["**/*.js"], extends: [tseslint.configs.disableTypeChecked] },
  { files: ["bench/**", "examples/**"], rules: { "no-console": "off" } },
);
