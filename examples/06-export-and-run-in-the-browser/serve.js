// SPDX-License-Identifier: Apache-2.0
// A web server for one page, its model, and the files of onnxruntime-web.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";

const CONTENT_TYPES = new Map([
  [".html", "text/html; charset=utf-8"],
  [".js", "text/javascript"],
  [".mjs", "text/javascript"],
  [".json", "application/json"],
  [".wasm", "application/wasm"],
]);

const ONNX_RUNTIME = dirname(createRequire(import.meta.url).resolve("onnxruntime-web"));

/**
 * The file behind a path of the page, or null.
 *
 * @param {string} path
 */
async function readPageFile(path) {
  if (path === "/") return readFile(join(import.meta.dirname, "index.html"));
  if (path === "/page.js") return readFile(join(import.meta.dirname, "page.js"));
  const [, ofRuntime] = /^\/ort\/([\w.-]+)$/.exec(path) ?? [];
  return ofRuntime === undefined ? null : readFile(join(ONNX_RUNTIME, ofRuntime)).catch(() => null);
}

/**
 * Serves the page on this machine alone.
 *
 * @param {Readonly<Record<string, string | Uint8Array>>} made files by name that are in memory
 * @param {number} port 0 for any that is free
 */
export async function servePage(made, port) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const file = made[pathname.slice(1)];
    Promise.resolve(file ?? readPageFile(pathname)).then(
      (body) => {
        const name = pathname === "/" ? "index.html" : pathname;
        const type = CONTENT_TYPES.get(extname(name)) ?? "application/octet-stream";
        response.writeHead(body === null ? 404 : 200, { "Content-Type": type });
        response.end(body ?? undefined);
      },
      () => response.destroy(),
    );
  });
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(undefined));
  });
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${address.port}/`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
