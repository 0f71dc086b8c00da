// SPDX-License-Identifier: Apache-2.0
import type { ProvidedRuntime } from "./runtime/execution-provider.ts";
import type { NodeRuntimeOptions } from "./runtime/node.ts";
import { nodeRuntime as openNodeRuntime } from "./runtime/node.ts";
import { verifyRuntime } from "./self-test.ts";

export { removeTemporaries, writeFileAtomic } from "./files/atomic-write.ts";
export { readSafetensors, writeSafetensors } from "./files/safetensors-file.ts";
export { formatProfile, groupProfile } from "./profile/format.ts";
export type { ProfileFormat, ProfileGroup } from "./profile/format.ts";
export type { Phase, Profile, ProfiledKernels } from "./profile/profile.ts";
export { profileModel, profileStep } from "./profile/profile-model.ts";
export type { ModelProfileOptions, ProfileLength, StepProfileOptions } from "./profile/profile-model.ts";
export { describeAttempt } from "./runtime/execution-provider.ts";
export type { ProvidedRuntime, ProviderAttempt } from "./runtime/execution-provider.ts";
export { onnxRuntimeVersion } from "./runtime/node.ts";
export type { NodeRuntimeOptions } from "./runtime/node.ts";
export { fileCheckpoints, readMetrics } from "./train/file-checkpoints.ts";
export { selfTest, verifyRuntime } from "./self-test.ts";
export type { SelfTest } from "./self-test.ts";

/**
 * ONNX Runtime in this process, on the first execution provider that works. The CPU provider is probed once for
 * blocked convolutions and falls back to portable kernels where they are missing; any other provider must pass the
 * self-test first.
 *
 * ONNX Runtime's telemetry is switched off, unless `ORT_DISABLE_TELEMETRY` is already set: it is on by default, reports
 * models and sessions over the network, and writes into the home and temporary folders.
 *
 * @throws SemlinkError `no-execution-provider` when none works; `backend-wrong-results` when the only one asked for
 * computes something else
 */
export function nodeRuntime(options: NodeRuntimeOptions = {}): Promise<ProvidedRuntime> {
  return openNodeRuntime(options, verifyRuntime);
}
