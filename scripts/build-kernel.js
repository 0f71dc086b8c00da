// SPDX-License-Identifier: Apache-2.0
// Compiles the LDPC decoder's kernel and writes it as a module: node scripts/build-kernel.js
// With --check nothing is written; the exit code is 1 where the module is not what its source compiles to.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const folder = fileURLToPath(new URL("../packages/system/src/modem/ldpc/", import.meta.url));

/** WebAssembly with vectors and without a runtime; the same source gives the same bytes. */
async function compile(source) {
  let bytes;
  const { error, stderr } = await asc.main(
    ["kernel.ts", "--outFile", "kernel.wasm", "-O3", "--noAssert", "--runtime", "stub", "--enable", "simd"],
    {
      readFile: (name) => (name === "kernel.ts" ? source : null),
      writeFile(_name, contents) {
        bytes = contents;
      },
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
  return bytes;
}

function moduleOf(bytes) {
  const lines = Buffer.from(bytes)
    .toString("base64")
    .match(/.{1,100}/g);
  return `// SPDX-License-Identifier: Apache-2.0

/** The compiled min-sum-kernel.as as base64, ${bytes.length} bytes; written by scripts/build-kernel.js. */
export const MIN_SUM_KERNEL: string = [
${lines.map((line) => `  "${line}",`).join("\n")}
].join("");
`;
}

const text = moduleOf(await compile(await readFile(`${folder}min-sum-kernel.as`, "utf8")));
const path = `${folder}min-sum-kernel.ts`;
const isCurrent = (await readFile(path, "utf8")) === text;
if (!process.argv.includes("--check")) await writeFile(path, text);
else if (!isCurrent) {
  process.stderr.write(
    "min-sum-kernel.ts is not what its source compiles to: node scripts/build-kernel.js\n",
  );
  process.exitCode = 1;
}
