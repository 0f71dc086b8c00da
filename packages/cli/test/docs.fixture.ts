// SPDX-License-Identifier: Apache-2.0
import { posix } from "node:path";

/** What the names in a document are held against. */
export interface DocumentFacts {
  /** Whether the repository has a file or folder of that path, relative to its root. */
  readonly exists: (path: string) => boolean;
  /** Names of the scripts in the root's package.json. */
  readonly scripts: ReadonlySet<string>;
  /** Flags of every command of the program, `--name` and `--no-name`. */
  readonly flagsOf: ReadonlyMap<string, ReadonlySet<string>>;
}

/** What a document names that is not there: one sentence each, in the order of the text. */
export function mistakesIn(markdown: string, documentPath: string, facts: DocumentFacts): string[] {
  const code = codeIn(markdown);
  return [
    ...missingLinks(markdown, documentPath, facts),
    ...missingPaths(code, documentPath, facts),
    ...code.flatMap((text) => text.split(/&&|\|\||;/).flatMap((line) => wrongCommand(line, facts))),
  ];
}

/** Inline code and the lines of shell blocks; blocks in other languages are examples, not names. */
function codeIn(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^```(\w*)\n(.*?)^```/gms)];
  const shell = blocks.filter(([, language]) => language === "sh").flatMap(([, , text]) => text!.split("\n"));
  const withoutBlocks = markdown.replaceAll(/^```.*?^```/gms, "");
  const inline = [...withoutBlocks.matchAll(/`([^`]+)`/g)].map(([, text]) => text!);
  return [...inline, ...shell.map((line) => line.replace(/(^|\s)#.*/, ""))];
}

function missingLinks(markdown: string, documentPath: string, { exists }: DocumentFacts): string[] {
  const targets = [...markdown.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!.replace(/#.*/, ""));
  const relative = targets.filter((target) => target !== "" && !/^[a-z]+:/.test(target));
  return relative
    .filter((target) => !exists(posix.join(posix.dirname(documentPath), target)))
    .map((target) => `link to ${target}, which is not there`);
}

/** Folders that exist only after a build or a run. */
const MADE = /^(?:[\w.-]*\*|(?:\.\/)?(?:runs|dist|node_modules|coverage)(?:\/|$))/;
/** Name and version of a format, such as that of a results file. */
const FORMAT = /^semlink-[a-z]+\/\d+$/;
const FILE_OF_REPOSITORY = /[^/]\.(?:ts|js|md|svg)$/;

/**
 * A path stands for itself, or for a place in a folder that the document has named before: after `a/b/c.ts`,
 * `d.ts` may be `a/b/d.ts`. Of a path with a placeholder, `a/<name>.ts`, the folder must exist.
 */
function missingPaths(code: readonly string[], documentPath: string, { exists }: DocumentFacts): string[] {
  const folders = new Set(["", posix.dirname(documentPath)]);
  return code.flatMap(wordsThatArePaths).flatMap((path) => {
    const known = path.includes("<") ? posix.dirname(path.slice(0, path.indexOf("<") + 1)) : path;
    const place = [...folders].map((folder) => posix.join(folder, known)).find(exists);
    if (place === undefined) return [`path ${path}, which is not there`];
    folders.add(FILE_OF_REPOSITORY.test(place) ? posix.dirname(place) : place);
    return [];
  });
}

function wordsThatArePaths(code: string): string[] {
  return code
    .split(/\s+/)
    .filter((word) => /^[.A-Za-z][\w.-]*(?:\/[\w.<>*-]+)*\/?$/.test(word))
    .filter((word) => word.includes("/") || FILE_OF_REPOSITORY.test(word))
    .filter((word) => !MADE.test(word) && !FORMAT.test(word));
}

const NPM_OWN = new Set(["install", "ci"]);
const EVERYWHERE = ["--help", "--version"];

function wrongCommand(line: string, { scripts, flagsOf }: DocumentFacts): string[] {
  const words = line.trim().split(/\s+/);
  const isNpm = words[0] === "npm" && words.length > 1;
  const script = isNpm ? words.slice(1).find((word) => word !== "run" && !word.startsWith("-")) : undefined;
  if (isNpm && script !== undefined && !scripts.has(script) && !NPM_OWN.has(script)) {
    return [`npm script ${script}, which is not in package.json`];
  }
  const program = isNpm ? script : words[0];
  const given = isNpm ? words.slice(words.indexOf("--") + 1 || words.length) : words.slice(1);
  if (program === "start") return wrongFlags("run", given, flagsOf);
  const [name] = given;
  if (program !== "semlink" || name === undefined || /^[-<[]/.test(name)) return [];
  return flagsOf.has(name)
    ? wrongFlags(name, given, flagsOf)
    : [`command semlink ${name}, which there is not`];
}

function wrongFlags(command: string, words: readonly string[], flagsOf: DocumentFacts["flagsOf"]): string[] {
  const flags = words.filter((word) => /^--\w/.test(word)).map((word) => word.replace(/=.*/, ""));
  return flags
    .filter((flag) => !flagsOf.get(command)?.has(flag) && !EVERYWHERE.includes(flag))
    .map((flag) => `option ${flag} of semlink ${command}, which there is not`);
}
