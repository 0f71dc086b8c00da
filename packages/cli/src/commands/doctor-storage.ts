// SPDX-License-Identifier: Apache-2.0
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describeError } from "@semlink/engine";
import type { DoctorCheck } from "./doctor-table.ts";

/** The cache folder, which must take files, and the teacher that comes with semlink. */
export async function checkStorage(): Promise<DoctorCheck[]> {
  const { userCacheFolder } = await import("@semlink/system/node");
  return [await checkCache(userCacheFolder()), await checkTeacher()];
}

async function checkCache(folder: string): Promise<DoctorCheck> {
  const name = "cache";
  const probe = join(folder, `.doctor-${process.pid}`);
  const { writeFileAtomic } = await import("@semlink/engine/node");
  const { makeFolder } = await import("@semlink/system/node");
  try {
    await makeFolder(folder);
    await writeFileAtomic(probe, "");
    await rm(probe, { force: true });
    return { name, state: "ok", found: `${folder}, can be written` };
  } catch (error) {
    const hint = "set SEMLINK_CACHE to a folder that can be written";
    return { name, state: "failed", found: describeError(error).message, hint };
  }
}

async function checkTeacher(): Promise<DoctorCheck> {
  const name = "teacher";
  const { openTeacher, shippedTeacherFolder } = await import("@semlink/system/node");
  try {
    const { nodeRuntime } = await import("@semlink/engine/node");
    const teacher = await openTeacher(shippedTeacherFolder("lite"), await nodeRuntime());
    await teacher.release();
    return { name, state: "ok", found: `${teacher.card.name}, ${teacher.card.source}` };
  } catch (error) {
    return { name, state: "failed", found: describeError(error).message };
  }
}
