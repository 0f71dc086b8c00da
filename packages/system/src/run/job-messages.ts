// SPDX-License-Identifier: Apache-2.0
import type { ProgressEvent } from "./progress.ts";
import type { TransferredError } from "./transferred-error.ts";

/** What a parent process tells its child. */
export type ParentMessage =
  { readonly kind: "start"; readonly job: string; readonly payload: unknown } | { readonly kind: "stop" };

/** How a job ended; `stopped`: it was asked to, and has saved its state. */
export type JobOutcome =
  | { readonly kind: "done"; readonly result: unknown }
  | { readonly kind: "failed"; readonly error: TransferredError }
  | { readonly kind: "stopped" };

/** What a child process tells its parent: progress, and last of all the outcome. */
export interface ChildMessage {
  readonly news: JobOutcome | { readonly kind: "progress"; readonly event: ProgressEvent };
  /** Most memory that the child has had resident so far [MiB]. */
  readonly peakMiB: number;
}
