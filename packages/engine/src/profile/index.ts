// SPDX-License-Identifier: Apache-2.0
export { formatProfile, groupProfile } from "./format.ts";
export type { ProfileFormat, ProfileGroup } from "./format.ts";
export type { Phase } from "./phase.ts";
export { profileModel, profileStep } from "./profile-model.ts";
export type { ModelProfileOptions, ProfileLength, StepProfileOptions } from "./profile-model.ts";
export type { Profile, ProfiledKernels } from "./profile.ts";
