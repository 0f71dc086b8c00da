// SPDX-License-Identifier: Apache-2.0

/** A name that is one folder on every file system, never a path out of the runs. */
export const RUN_NAME: RegExp = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** {@link RUN_NAME} in words. */
export const RUN_NAME_RULE = "1 to 64 letters, digits, '.', '_' or '-', a letter or digit first";
