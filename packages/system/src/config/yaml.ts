// SPDX-License-Identifier: Apache-2.0
import { SemlinkError } from "@semlink/engine";
import { type Document, isAlias, isMap, isScalar, LineCounter, type Node, parseDocument, visit } from "yaml";

/** Uses of anchors that a text may have, counted through anchors that hold others. */
const MAX_ALIASES = 10_000;

/**
 * What a YAML 1.2 text says: numbers, booleans, null, text, lists and mappings. Anchors may be used, tags of one's own may
 * not: a setting is what its key says.
 *
 * @param where - file or option that the text is from, for the message
 * @throws SemlinkError "invalid-config" with line and column of the first mistake
 */
export function parseYaml(text: string, where: string): unknown {
  const lines = new LineCounter();
  const refused = (offset: number, expected: string, actual: string, cause?: unknown): SemlinkError => {
    const { line, col } = lines.linePos(offset);
    return new SemlinkError({
      code: "invalid-config",
      where: `${where}:${line}:${col}`,
      expected,
      actual,
      cause,
    });
  };
  // The library compares every pair of keys of a mapping, seconds for thousands; `unfitNode` looks each up once.
  const document = parseDocument(text, { lineCounter: lines, logLevel: "silent", uniqueKeys: false });
  const [problem] = document.errors;
  if (problem) throw refused(problem.pos[0], "valid YAML", problem.message.split(/ at line |\n/)[0]!);
  const unfit = unfitNode(document);
  if (unfit) throw refused(unfit.node.range?.[0] ?? 0, unfit.expected, unfit.actual);
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (cause) {
    throw refused(0, `at most ${MAX_ALIASES} uses of anchors`, "more, through anchors in anchors", cause);
  }
}

/** Tags of the values that settings consist of. */
const PLAIN_TAGS: ReadonlySet<string> = new Set(
  ["str", "int", "float", "bool", "null", "seq", "map"].map((name) => `tag:yaml.org,2002:${name}`),
);

interface Unfit {
  readonly node: Node;
  readonly expected: string;
  readonly actual: string;
}

/** The first tag, alias without an anchor before it or inside its own, or key written twice. */
function unfitNode(document: Document.Parsed): Unfit | undefined {
  const anchors = new Map<string, Node>();
  let unfit: Unfit | undefined;
  visit(document, {
    Node(_, node, path) {
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        const actual = `*${node.source}`;
        if (!target) unfit = { node, expected: "an alias of an anchor that stands before it", actual };
        else if (path.includes(target)) unfit = { node, expected: "an alias outside its own anchor", actual };
      } else {
        const { tag } = node;
        if (tag !== undefined && !PLAIN_TAGS.has(tag)) {
          unfit = { node, expected: "a value without a tag", actual: tag };
        }
        if (node.anchor !== undefined) anchors.set(node.anchor, node);
        if (isMap<Node>(node)) unfit ??= repeatedKey(node.items.map(({ key }) => key));
      }
      return unfit && visit.BREAK;
    },
  });
  return unfit;
}

function repeatedKey(keys: readonly Node[]): Unfit | undefined {
  const seen = new Set<string>();
  for (const node of keys) {
    const name = String(isScalar(node) ? node.value : node); // as objects have them: 1 and "1" are one key
    if (seen.has(name)) return { node, expected: "every key once", actual: `${name} twice` };
    seen.add(name);
  }
  return undefined;
}
