// SPDX-License-Identifier: Apache-2.0
export { readModelFile } from "./model-file.ts";
