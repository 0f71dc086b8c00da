// SPDX-License-Identifier: Apache-2.0
import { cp, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeWorkplace, type Workplace } from "./semlink-process.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Folder of the example of one's own parts, in the repository and in the workplace. */
export const EXAMPLE = "examples/own-parts";

/** A workplace with a copy of the example, and semlink installed above it as a newcomer does. */
export async function ownWorkplace(): Promise<Workplace> {
  const workplace = await makeWorkplace();
  await cp(join(ROOT, EXAMPLE), join(workplace.work, EXAMPLE), { recursive: true });
  await symlink(join(ROOT, "node_modules"), join(workplace.work, "node_modules"));
  return workplace;
}
