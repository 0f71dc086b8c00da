// SPDX-License-Identifier: Apache-2.0
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ModelProtoSchema, TensorProto_DataLocation } from "onnx-buf";
import { beforeAll, describe, expect, it } from "vitest";
import { ForeignModel } from "./foreign-model.ts";
import { readModelFile } from "./model-file.ts";
import { onnxFile } from "./onnx-file.fixture.ts";
import { readOnnx } from "./onnx-file.ts";

const WEIGHT = [1, 2, 3, 4, 5.5, -6];
let folder = "";

beforeAll(async () => {
  const root = await mkdtemp(join(tmpdir(), "semlink-external-"));
  folder = join(root, "models");
  await mkdir(join(folder, "data"), { recursive: true });
  const values = Float32Array.of(9, ...WEIGHT, 9);
  for (const place of [
    join(folder, "weights.bin"),
    join(folder, "data", "weights.bin"),
    join(root, "secret.bin"),
  ])
    await writeFile(place, new Uint8Array(values.buffer));
  await symlink(join(root, "secret.bin"), join(folder, "link.bin"));
  return () => rm(root, { recursive: true });
});

/** A product with a weight [2, 3] that lies where the entries say. */
async function written(entries: Readonly<Record<string, string>>, name = "net.onnx"): Promise<string> {
  const bytes = onnxFile({
    nodes: [{ type: "MatMul", inputs: ["x", "weight"] }],
    inputs: { x: { shape: ["batch", 2] } },
    stored: { weight: { shape: [2, 3], data: WEIGHT } },
  });
  const model = fromBinary(ModelProtoSchema, bytes);
  const [tensor] = model.graph!.initializer;
  tensor!.floatData = [];
  tensor!.dataLocation = TensorProto_DataLocation.EXTERNAL;
  tensor!.externalData = Object.entries(entries).map(([key, value]) => ({
    $typeName: "onnx.StringStringEntryProto" as const,
    key,
    value,
  }));
  const path = join(folder, name);
  await writeFile(path, toBinary(ModelProtoSchema, model));
  return path;
}

const part = { offset: "4", length: "24" };

describe("readModelFile takes in the data beside a model", () => {
  it.each([["weights.bin"], ["data/weights.bin"], ["./data/../weights.bin"]])("at %s", async (location) => {
    const path = await written({ location, ...part });
    const bytes = await readModelFile(path);
    expect(readOnnx(bytes, path).numParams).toBe(6);
    expect([...new ForeignModel(bytes).weights.get("weight")!]).toEqual(WEIGHT);
  });

  it("to the end of the file when no length is said", async () => {
    const bytes = await readModelFile(await written({ location: "weights.bin", offset: "8" }));
    expect([...new ForeignModel(bytes).weights.get("weight")!]).toEqual([...WEIGHT.slice(1), 9]);
  });

  it("and leaves the bytes of other models as they are", async () => {
    const bytes = onnxFile({ nodes: [{ type: "Relu", inputs: ["x"] }], inputs: { x: { shape: [1] } } });
    const path = join(folder, "plain.onnx");
    await writeFile(path, bytes);
    expect(new Uint8Array(await readModelFile(path))).toEqual(bytes);
  });

  it.each<[string, Record<string, string>, string, RegExp]>([
    [
      "a path that leads out",
      { location: "../secret.bin", ...part },
      "unsafe-path",
      /got "\.\.\/secret\.bin"/,
    ],
    [
      "a hidden way out",
      { location: "data/../../secret.bin" },
      "unsafe-path",
      /inside the folder of the model/,
    ],
    ["an absolute path", { location: "/etc/hostname" }, "unsafe-path", /got "\/etc\/hostname"/],
    ["a link that leads out", { location: "link.bin", ...part }, "unsafe-path", /got "link\.bin"/],
    ["the folder itself", { location: "." }, "unsafe-path", /got "\."/],
    ["a file that is not there", { location: "gone.bin" }, "missing-file", /"gone\.bin", got no such file/],
    ["a folder", { location: "data" }, "unreadable-file", /"data"/],
    [
      "a file that is too short",
      { location: "weights.bin", offset: "16", length: "24" },
      "corrupt-file",
      /24 bytes from byte 16 of "weights\.bin", got a file of 32 bytes/,
    ],
    ["a start behind the end", { location: "weights.bin", offset: "99" }, "corrupt-file", /from byte 99/],
    [
      "a length that is none",
      { location: "weights.bin", length: "-4" },
      "corrupt-file",
      /an offset and a length/,
    ],
    ["no place at all", {}, "corrupt-file", /a location/],
  ])("but refuses %s, naming file and tensor", async (_name, entries, code, message) => {
    const path = await written(entries);
    await expect(readModelFile(path)).rejects.toMatchObject({
      code,
      where: `${path} › tensor "weight"`,
      message: expect.stringMatching(message) as string,
    });
  });

  it("and says what it cannot read", async () => {
    await expect(readModelFile(join(folder, "no.onnx"))).rejects.toMatchObject({ code: "missing-file" });
    await expect(readModelFile(folder)).rejects.toMatchObject({ code: "unreadable-file" });
  });
});

it("a model that was not read so is refused with the way to read it", async () => {
  const path = await written({ location: "weights.bin" });
  const bytes = await readFile(path);
  expect(() => new ForeignModel(bytes, { where: path })).toThrow(/values in another file \(readModelFile/);
});
