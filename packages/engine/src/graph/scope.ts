// SPDX-License-Identifier: Apache-2.0

// The one piece of module state of the engine: building a graph is synchronous, and the path is restored even
// when building throws, so no path leaks from one build into another.
let path = "";

/** Module path under which nodes are being built, `"student.cells.3"`; empty at the top. */
export function currentScope(): string {
  return path;
}

/** Runs `build` with the module path set to `name`, for error messages, printed graphs and profiles. */
export function within<T>(name: string, build: () => T): T {
  const outer = path;
  path = name;
  try {
    return build();
  } finally {
    path = outer;
  }
}

/** `"student.cells.3 › Linear"`: a place inside the current module path, as error messages name it. */
export function placeOf(name: string): string {
  return path === "" ? name : `${path} › ${name}`;
}
