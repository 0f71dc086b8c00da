// SPDX-License-Identifier: Apache-2.0
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};

/** A page that loads `<entry>.js`, served on this machine alone. */
export interface PageServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves files on localhost with the headers that make a page cross-origin isolated, which shared memory and so
 * threads need.
 */
export async function servePage(
  files: ReadonlyMap<string, string | Uint8Array>,
  entry: string,
): Promise<PageServer> {
  const page = `<!doctype html><link rel="icon" href="data:,"><script type="module" src="/${entry}.js"></script>`;
  const served = new Map([...files, ["index.html", page]]);
  const server = createServer(({ url = "/" }, response) => {
    const name = url === "/" ? "index.html" : url.slice(1);
    const file = served.get(name);
    response.writeHead(file === undefined ? 404 : 200, {
      "Content-Type": CONTENT_TYPES[extname(name)] ?? "application/octet-stream",
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Embedder-Policy": "require-corp",
    });
    response.end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}
