// SPDX-License-Identifier: Apache-2.0

/**
 * No spread of an object literal, `{ ...{ a, b }, c }`: its keys are written as they are, and lines break where they do.
 *
 * A rule of its own, because the settings of `no-restricted-syntax` for one folder would replace those for another.
 *
 * @type {import("eslint").Rule.RuleModule}
 */
export const literalSpread = {
  meta: {
    type: "suggestion",
    schema: [],
    messages: { literal: "Write the keys of the object themselves; let the lines break." },
  },
  create: (context) => ({
    "ObjectExpression > SpreadElement > ObjectExpression"(node) {
      context.report({ node: node.parent, messageId: "literal" });
    },
  }),
};
