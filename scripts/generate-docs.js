// SPDX-License-Identifier: Apache-2.0
// Writes docs/generated from the built packages: npm run build && node scripts/generate-docs.js
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import { referenceFiles } from "../packages/cli/dist/reference/reference-files.js";

const folder = fileURLToPath(new URL("../docs/generated/", import.meta.url));
await mkdir(folder, { recursive: true });
for (const { path, text } of await referenceFiles()) {
  const file = `${folder}${path}`;
  await writeFile(file, await format(text, { ...(await resolveConfig(file)), filepath: file }));
  process.stdout.write(`docs/generated/${path}\n`);
}
