// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import type { StreamingHash } from "../../numbers/sha256.ts";
import { withContentDigest } from "../content-digest.ts";
import type { DecodedDataset } from "../dataset.ts";

/** {@link withContentDigest} with Node's SHA-256, for datasets of many megabytes. */
export function withNativeDigest(parts: Omit<DecodedDataset, "contentDigest">): DecodedDataset {
  return withContentDigest(parts, nativeSha256());
}

/** Node's SHA-256. */
export function nativeSha256(): StreamingHash {
  const hash = createHash("sha256");
  const streaming: StreamingHash = {
    update(part) {
      hash.update(part);
      return streaming;
    },
    digest: () => hash.digest("hex"),
  };
  return streaming;
}
