// SPDX-License-Identifier: Apache-2.0
import path from "node:path";

const TEST = /\.(test|test-d|fixture|conformance|cases)\.[jt]s$/;
const NEVER_IMPORTED = /\.(test|test-d|fixture|conformance)\.[jt]s$/;

/**
 * Line of a file in a list of folders, counted from 0, and the entry that it belongs to.
 *
 * @param {string} file path below the source root, with slashes
 * @param {readonly (string | readonly string[])[]} order see `FOLDERS`
 * @returns {{ line: number, entry: string } | null} null when no entry fits
 */
export function placeOf(file, order) {
  const places = order.flatMap((entries, line) => [entries].flat().map((entry) => ({ line, entry })));
  const fitting = places.filter(({ entry }) =>
    entry.endsWith("/") ? file.startsWith(entry) : file === entry,
  );
  return fitting.sort((a, b) => b.entry.length - a.entry.length)[0] ?? null;
}

/** The path that an import, of whatever form, names; undefined where it is computed. */
function sourceOf(node) {
  const source = node.source ?? node.argument?.literal ?? node.argument;
  return typeof source?.value === "string" ? source : undefined;
}

/**
 * Imports inside a package point to the same or an earlier line of its list of folders, whether they are static, dynamic
 * or of types alone. Tests, fixtures, conformance suites and cases may import anything; nothing else imports the first
 * three.
 *
 * @type {import("eslint").Rule.RuleModule}
 */
export const folderOrder = {
  meta: {
    type: "problem",
    schema: [
      {
        type: "object",
        properties: {
          root: { type: "string", description: "source root of the package, below the working directory" },
          order: { type: "array", description: "folders and files from the ground up" },
        },
        required: ["root", "order"],
        additionalProperties: false,
      },
    ],
    messages: {
      upward:
        "{{from}} must not import {{to}}, which stands above it: an import points to the same or an earlier line of " +
        "the list in lint/folders.js.",
      unlisted: "{{file}} has no place in the list of folders, lint/folders.js.",
      test: "{{to}} is for tests: nothing else imports it.",
    },
  },

  create(context) {
    const [{ root, order }] = context.options;
    const folder = path.resolve(context.cwd, root);
    const belowRoot = (file) => path.relative(folder, file).split(path.sep).join("/");
    const file = belowRoot(context.filename);
    if (file.startsWith("..") || TEST.test(file)) return {};
    const own = placeOf(file, order);

    const check = (node) => {
      const source = sourceOf(node);
      if (!source?.value.startsWith(".") || own === null) return;
      const target = belowRoot(path.resolve(path.dirname(context.filename), source.value));
      if (NEVER_IMPORTED.test(target)) {
        context.report({ node: source, messageId: "test", data: { to: target } });
        return;
      }
      const other = placeOf(target, order);
      if (other === null || other.line <= own.line) return;
      context.report({ node: source, messageId: "upward", data: { from: own.entry, to: other.entry } });
    };

    return {
      Program(node) {
        if (own === null) context.report({ node, messageId: "unlisted", data: { file } });
      },
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
      TSImportType: check,
    };
  },
};
