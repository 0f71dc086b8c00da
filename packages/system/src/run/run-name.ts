// SPDX-License-Identifier: Apache-2.0

/**
 * A name that is one folder on every file system, never a path out of the runs: no dot at the end, and none of the
 * names that Windows keeps for devices (`con`, `NUL`, `aux.txt`, `com1`). A name with a dot in front, as that of the
 * store among the runs, is none.
 *
 * @source Microsoft, "Naming Files, Paths, and Namespaces", naming conventions
 */
export const RUN_NAME: RegExp =
  /^(?!(?:[Cc][Oo][Nn]|[Pp][Rr][Nn]|[Aa][Uu][Xx]|[Nn][Uu][Ll]|[Cc][Oo][Mm][0-9]|[Ll][Pp][Tt][0-9])(?:\.|$))[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?$/;

/** {@link RUN_NAME} in words. */
export const RUN_NAME_RULE =
  "1 to 64 letters, digits, '.', '_' or '-', a letter or digit first, no '.' last, no device name such as con or nul";
