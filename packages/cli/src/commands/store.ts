// SPDX-License-Identifier: Apache-2.0
import { resolve } from "node:path";
import type { Garbage, StoredArtifact } from "@semlink/system/node";
import { formatBytes } from "../progress-text.ts";
import { type Command, defineCommand } from "./define-command.ts";
import { option } from "./option.ts";
import { formatTable } from "./table.ts";

/** The artifacts that runs share: what there is, and the removal of what no run uses. */
export const store: Command = defineCommand({
  name: "store",
  summary: "List the artifacts that runs share (list), or remove those that no run uses (gc)",
  example: "semlink store gc --dry-run",
  options: {
    action: { ...option.choice("list or gc", ["list", "gc"], { required: true }), isOperand: true },
    runs: option.path("folder of all runs that use the store", { default: "runs" }),
    store: option.path("folder of the artifacts, .store in the folder of the runs if not given"),
    dryRun: option.flag("with gc: only tell what would be removed"),
  },
  async run({ action, runs, store: given, dryRun }, { print }) {
    const { collectGarbage, describeStore, storeFolderOf } = await import("@semlink/system/node");
    const runsFolder = resolve(runs);
    const storeFolder = given === undefined ? storeFolderOf(runsFolder) : resolve(given);
    if (action === "list") {
      const artifacts = await describeStore({ storeFolder, runsFolder });
      print(await formatArtifacts(artifacts), { store: storeFolder, artifacts });
    } else {
      const garbage = await collectGarbage({ storeFolder, runsFolder, dryRun });
      print(await formatGarbage(garbage, dryRun), { store: storeFolder, dryRun, ...garbage });
    }
  },
});

async function formatArtifacts(artifacts: readonly StoredArtifact[]): Promise<string> {
  if (artifacts.length === 0) return "the store is empty";
  const rows = artifacts.map(({ name, bytes, state, changedAt, users, holder }) => {
    const used = users.length === 0 ? "no run" : users.join(", ");
    return [name, formatBytes(bytes), state, changedAt.slice(0, 16).replace("T", " "), used, holder ?? ""];
  });
  const header = ["artifact", "size", "state", "changed (UTC)", "used by", "worked on by"];
  return `${await formatTable([header, ...rows])}\n\n${sumText(artifacts)}`;
}

async function formatGarbage({ removed, numKept }: Garbage, dryRun: boolean): Promise<string> {
  const rows = removed.map(({ name, bytes }) => [name, formatBytes(bytes)]);
  const verb = dryRun ? "would be removed" : "removed";
  const sentence = `${verb}: ${sumText(removed)}; kept: ${numKept}`;
  return rows.length === 0 ? sentence : `${await formatTable(rows)}\n\n${sentence}`;
}

function sumText(artifacts: readonly { readonly bytes: number }[]): string {
  const bytes = artifacts.reduce((sum, artifact) => sum + artifact.bytes, 0);
  return `${artifacts.length} artifact${artifacts.length === 1 ? "" : "s"}, ${formatBytes(bytes)}`;
}
