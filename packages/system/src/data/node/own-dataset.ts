// SPDX-License-Identifier: Apache-2.0
import { describeError, SemlinkError } from "@semlink/engine";
import { type OwnExport, ownExport } from "../../config/node/own-module.ts";
import { DATASET_NAMES, type DatasetSource, type DecodedDataset, type OwnDataset } from "../dataset.ts";
import { withNativeDigest } from "./decoded-cache.ts";

const ASKED: OwnExport = {
  code: "dataset-module",
  names: ["dataset"],
  parts: { name: "string", defaultValidationCount: "function", load: "function" },
  taken: DATASET_NAMES,
};

/** Labels are bytes. */
const MAX_CLASSES = 256;

/**
 * The data set that a module exports as `dataset`. What its `load` gives is checked, and hashed here: a module need not say
 * a digest, and cannot say a wrong one.
 *
 * @param path - module, relative to the working folder
 * @throws SemlinkError "dataset-module" when it cannot be imported or exports no data set; on loading, when `load` throws or
 * its sets do not fit together
 */
export function loadDatasetModule(path: string): DatasetSource {
  const own = ownExport(path, ASKED) as OwnDataset;
  return {
    name: own.name,
    defaultValidationCount: (numTrain) => own.defaultValidationCount(numTrain),
    async load(request) {
      try {
        return withNativeDigest(checked(await own.load(request), own.name));
      } catch (cause) {
        request.signal?.throwIfAborted();
        throw refused(path, cause);
      }
    },
  };
}

type Parts = Pick<DecodedDataset, "classNames" | "train" | "test">;

function checked({ classNames, train, test }: Parts, name: string): Parts & { readonly name: string } {
  const isNamed =
    Array.isArray(classNames) && classNames.every((text) => typeof text === "string" && text !== "");
  if (!isNamed || classNames.length < 2 || classNames.length > MAX_CLASSES || hasTwice(classNames)) {
    throw wrong("classNames", `2 to ${MAX_CLASSES} different names`, JSON.stringify(classNames));
  }
  return { name, classNames, train: checkedSet("train", train), test: checkedSet("test", test) };
}

function checkedSet(place: "train" | "test", set: Parts["train"]): Parts["train"] {
  if (typeof set !== "object") throw wrong(place, "a set of images", typeof set);
  for (const key of ["count", "channels", "height", "width"] as const) {
    const isCount = Number.isInteger(set[key]) && set[key] > 0;
    if (!isCount) throw wrong(`${place}.${key}`, "an integer of at least 1", String(set[key]));
  }
  for (const key of ["images", "labels"] as const) {
    const values: unknown = set[key];
    if (!(values instanceof Uint8Array)) throw wrong(`${place}.${key}`, "a Uint8Array", typeName(values));
  }
  return set;
}

function hasTwice(names: readonly string[]): boolean {
  return new Set(names).size < names.length;
}

function typeName(value: unknown): string {
  return typeof value === "object" && value !== null ? value.constructor.name : typeof value;
}

function wrong(where: string, expected: string, actual: string): SemlinkError {
  return new SemlinkError({ code: ASKED.code, where, expected, actual });
}

/** The same mistake with the module as its place. */
function refused(path: string, cause: unknown): SemlinkError {
  const { code } = ASKED;
  if (!(cause instanceof SemlinkError)) {
    const actual = describeError(cause).message;
    return new SemlinkError({
      code,
      where: path,
      expected: "images, labels and names of classes",
      actual,
      cause,
    });
  }
  const { where, expected, actual, hint } = cause;
  return new SemlinkError({ code, where: `${path}, ${where}`, expected, actual, hint, cause });
}
