// SPDX-License-Identifier: Apache-2.0
// The program of every child process that makes a stage, or a part of one.
import { serveStages } from "../run/serve-stages.ts";
import { stageTable } from "./table.ts";

serveStages(stageTable);
