// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import { describeError } from "@semlink/engine";
import type { DoctorCheck } from "./doctor-table.ts";

const GIB = 2 ** 30;

// The preset `quick` stays below the one; the other leaves room for its download, its cache and its checkpoints.
const NEEDED_MEMORY_GIB = 4;
const NEEDED_DISK_GIB = 2;

/** Processor, memory, disk of the working directory, and Node. */
export async function checkMachine(): Promise<DoctorCheck[]> {
  const processor = cpus()[0]?.model.trim() ?? "unknown";
  const cores = `${processor}, ${availableParallelism()} cores, ${process.platform}-${process.arch}`;
  return [{ name: "processor", state: "ok", found: cores }, checkMemory(), await checkDisk(), checkNode()];
}

function checkMemory(): DoctorCheck {
  const [total, free] = [totalmem() / GIB, freemem() / GIB];
  const check = { name: "memory", found: `${total.toFixed(1)} GiB, ${free.toFixed(1)} GiB free` };
  if (total >= NEEDED_MEMORY_GIB) return { ...check, state: "ok" };
  return { ...check, state: "warning", hint: `the preset quick needs up to ${NEEDED_MEMORY_GIB} GiB` };
}

async function checkDisk(): Promise<DoctorCheck> {
  const name = "disk";
  const folder = process.cwd();
  try {
    const { bavail, bsize } = await statfs(folder);
    const free = (bavail * bsize) / GIB;
    const check = { name, found: `${free.toFixed(1)} GiB free at ${folder}` };
    if (free >= NEEDED_DISK_GIB) return { ...check, state: "ok" };
    return { ...check, state: "warning", hint: "download, cache and checkpoints may not fit" };
  } catch (error) {
    return { name, state: "warning", found: `unknown at ${folder}: ${describeError(error).message}` };
  }
}

function checkNode(): DoctorCheck {
  const range = supportedNode();
  const check = { name: "Node", found: `${process.version}, supported: ${range}` };
  if (isAtLeast(process.versions.node, range.replace(/^>=/, ""))) return { ...check, state: "ok" };
  return { ...check, state: "failed", hint: `install Node ${range} from nodejs.org` };
}

/** The range that the package asks for: `>=20.19`. */
function supportedNode(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { engines: { node: string } }).engines.node;
}

/** Whether a version is a given one or a later one; parts that are not given count as 0. */
export function isAtLeast(version: string, least: string): boolean {
  const [have, need] = [version, least].map((text) => text.split(".").map(Number));
  for (let part = 0; part < 3; part++) {
    const difference = (have![part] ?? 0) - (need![part] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
