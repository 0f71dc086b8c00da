// SPDX-License-Identifier: Apache-2.0
import { isBuiltin } from "node:module";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "vite";

/** A bundle for the browser, and what it would have needed of Node. */
export interface PageBundle {
  /** Contents by file name; the entry is `<name>.js`. */
  readonly files: ReadonlyMap<string, string | Uint8Array>;
  /** Imports of Node's own modules, as `importer: module`. */
  readonly nodeImports: readonly string[];
}

/**
 * Bundles a module of this repository for browsers, as an application would, without polyfills.
 *
 * @param entry - path relative to this folder
 */
export async function bundleForBrowser(entry: string, name: string): Promise<PageBundle> {
  const nodeImports: string[] = [];
  const recordNodeImports: Plugin = {
    name: "record-node-imports",
    enforce: "pre",
    resolveId(source, importer) {
      if (isBuiltin(source)) nodeImports.push(`${importer ?? entry}: ${source}`);
      return null;
    },
  };
  const result = await build({
    configFile: false,
    logLevel: "error",
    plugins: [recordNodeImports],
    build: {
      write: false,
      minify: false,
      target: "esnext",
      rolldownOptions: {
        input: { [name]: fileURLToPath(new URL(entry, import.meta.url)) },
        output: { entryFileNames: "[name].js" },
        preserveEntrySignatures: "strict",
      },
    },
  });
  const outputs = (Array.isArray(result) ? result : [result]).flatMap((part) =>
    "output" in part ? part.output : [],
  );
  const files = new Map(
    outputs.map((file) => [file.fileName, file.type === "chunk" ? file.code : file.source] as const),
  );
  return { files, nodeImports };
}
