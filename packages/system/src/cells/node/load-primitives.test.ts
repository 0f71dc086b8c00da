// SPDX-License-Identifier: Apache-2.0
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadPrimitives, primitivesIdentity } from "./load-primitives.ts";
import { darts8, k7 } from "../primitive-sets.ts";
import { eachTempFolder } from "../../temp-folder.fixture.ts";

const OWN = `
  const own = (name) => ({ name, create: () => ({ forward: (_build, { raw }) => raw }), cost: () => ({ macs: 0, params: 0 }) });
  export const primitives = [own("mine"), own("other")];
`;

describe("loadPrimitives", () => {
  const folder = eachTempFolder();

  it("knows both sets by name and single primitives by theirs", () => {
    expect(loadPrimitives("k7")).toBe(k7);
    expect(loadPrimitives("darts8")).toBe(darts8);
    const some = loadPrimitives(["conv_3x3", "skip_connect"]);
    expect(some.map(({ name }) => name)).toEqual(["conv_3x3", "skip_connect"]);
  });

  it("takes the primitives of a module", async () => {
    const path = join(folder(), "own.mjs");
    await writeFile(path, OWN);
    expect(loadPrimitives(path).map(({ name }) => name)).toEqual(["mine", "other"]);
  });

  it("names a primitive that it does not know, with the nearest", () => {
    expect(() => loadPrimitives(["conv_3x3", "sep_conv_3"])).toThrow(/sep_conv_3x3/);
  });

  it("names a module without primitives, and one that is not there", async () => {
    const path = join(folder(), "empty.mjs");
    await writeFile(path, "export const primitives = [{ name: 'half' }];");
    expect(() => loadPrimitives(path)).toThrow(
      expect.objectContaining({ code: "primitive-module", where: path }),
    );
    expect(() => loadPrimitives(join(folder(), "absent.mjs"))).toThrow(
      expect.objectContaining({ code: "primitive-module" }),
    );
  });
});

describe("identity of a primitive set", () => {
  const folder = eachTempFolder();

  it("is its configuration, and for a module its content", async () => {
    expect(primitivesIdentity("k7")).toBe("k7");
    const [path, copy] = ["a.mjs", "b.mjs"].map((name) => join(folder(), name));
    await Promise.all([writeFile(path!, OWN), writeFile(copy!, OWN)]);
    expect(primitivesIdentity(copy!)).toBe(primitivesIdentity(path!));
    const before = primitivesIdentity(path!);
    await writeFile(path!, `${OWN}// changed`);
    expect(primitivesIdentity(path!)).not.toBe(before);
  });
});
