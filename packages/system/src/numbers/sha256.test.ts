// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Sha256 } from "./sha256.ts";

describe("Sha256", () => {
  it.each([
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    [
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    ],
    ["a".repeat(1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"],
  ])("gives the digest of the standard's examples (%#)", (text, digest) => {
    expect(new Sha256().update(text).digest()).toBe(digest);
  });

  it("gives the platform's digest of any bytes, in whatever parts they come", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 150 }), { maxLength: 6 }), (parts) => {
        const [own, platform] = [new Sha256(), createHash("sha256")];
        for (const part of parts) {
          own.update(part);
          platform.update(part);
        }
        expect(own.digest()).toBe(platform.digest("hex"));
      }),
    );
  });

  it("takes a text in UTF-8", () => {
    const text = "Größe µ 字 🙂";
    expect(new Sha256().update(text).digest()).toBe(createHash("sha256").update(text).digest("hex"));
  });
});
