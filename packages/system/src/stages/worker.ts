// SPDX-License-Identifier: Apache-2.0
// The program of every child process that does a job.
import { jobTable } from "./job-table.ts";
import { serveJobs } from "../run/serve-jobs.ts";

serveJobs(jobTable);
