import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { isWellFormed } from '../http/well-formed.ts';
import { SECTION_NAMES, type Section, type SiteFile, siteFile } from './schema.ts';

/** Reads a site file. Every fault has its line, counted from 1, and its place. */

export interface SiteProblem {
  readonly line: number;
  readonly path: string;
  readonly message: string;
}

/** The file and where things stand in it. */
export interface ReadSite {
  readonly file: SiteFile;
  lineOf(path: readonly PropertyKey[]): number;
}

/** What reading came to. */
export type SiteRead = { readonly ok: true; readonly site: ReadSite } | { readonly ok: false; readonly problems: readonly SiteProblem[] };

/** The same as it crosses from one thread to another: every thing's line beside it. */
export type PackedRead =
  | { readonly ok: true; readonly file: SiteFile; readonly lines: Readonly<Record<Section, readonly number[]>> }
  | { readonly ok: false; readonly problems: readonly SiteProblem[] };

/** Reads a file without holding anybody up; null = others are being read, come again. */
export type SiteReader = (text: string) => Promise<SiteThings | null>;
export type SiteThings =
  | { readonly ok: true; readonly site: NumberedSite }
  | { readonly ok: false; readonly problems: readonly SiteProblem[] };

/** The file and the line each of its things begins at. */
export interface NumberedSite {
  readonly file: SiteFile;
  lineAt(section: Section, index: number): number;
}

const MOST_PROBLEMS = 200;

export function numbered({ file, lineOf }: ReadSite): NumberedSite {
  return { file, lineAt: (section, index) => lineOf([section, index, 'id']) };
}

export function packed(read: SiteRead): PackedRead {
  if (!read.ok) return read;
  const { file, lineAt } = numbered(read.site);
  const linesOf = (section: Section): number[] => file[section].map((_, index) => lineAt(section, index));
  const lines = Object.fromEntries(SECTION_NAMES.map((section) => [section, linesOf(section)])) as Record<Section, number[]>;
  return { ok: true, file, lines };
}

export function unpacked(read: PackedRead): SiteThings {
  if (!read.ok) return read;
  return { ok: true, site: { file: read.file, lineAt: (section, index) => read.lines[section][index] ?? 1 } };
}

export function readSite(text: string): SiteRead {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ message, pos }) => ({
      line: lines.linePos(pos[0]).line,
      path: '',
      message: firstLine(message),
    }));
    return { ok: false, problems: problems.slice(0, MOST_PROBLEMS) };
  }
  const lineOf = (path: readonly PropertyKey[]): number => {
    // What is missing has no line: the thing it is missing from has.
    for (let length = path.length; length > 0; length -= 1) {
      const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
      const name = path[length - 1];
      const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && key.value === name) : undefined;
      const node = isNode(pair?.key) ? pair.key : document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range !== undefined && node.range !== null) return lines.linePos(node.range[0]).line;
    }
    return 1;
  };
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    return { ok: false, problems: [{ line: 1, path: '', message: error instanceof Error ? firstLine(error.message) : 'is not read' }] };
  }
  if (!isWellFormed(content)) return { ok: false, problems: [{ line: 1, path: '', message: 'a text holds half a character' }] };
  const checked = siteFile.safeParse(content ?? {});
  if (!checked.success) {
    const problems = checked.error.issues
      .flatMap((issue) => issueProblems(issue))
      .map(({ path, message }) => ({ line: lineOf(path), path: placeOf(path), message }));
    return { ok: false, problems: problems.slice(0, MOST_PROBLEMS) };
  }
  const doubled = doubles(checked.data).map(([section, index, id]) => {
    const path = [section, index, 'id'];
    return { line: lineOf(path), path: placeOf(path), message: `${id} is there twice` };
  });
  return doubled.length > 0 ? { ok: false, problems: doubled } : { ok: true, site: { file: checked.data, lineOf } };
}

/** Of a union the reader wants the branch that was meant: the one whose fault lies deepest. */
function issueProblems(issue: z.core.$ZodIssue): readonly { readonly path: readonly PropertyKey[]; readonly message: string }[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ path: [...issue.path, key], message: 'is not known here' }));
  if (issue.code !== 'invalid_union') return [{ path: issue.path, message: issue.message }];
  const deepest = [...issue.errors].sort((a, b) => depthOf(b) - depthOf(a))[0] ?? [];
  if (depthOf(deepest) === 0) return [{ path: issue.path, message: issue.message }];
  return deepest.flatMap((one) => issueProblems({ ...one, path: [...issue.path, ...one.path] }));
}

function depthOf(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map(({ path }) => path.length));
}

function doubles(file: SiteFile): readonly (readonly [Section, number, string])[] {
  const found: (readonly [Section, number, string])[] = [];
  for (const section of SECTION_NAMES) {
    const seen = new Set<string>();
    file[section].forEach(({ id }, index) => {
      if (seen.has(id)) found.push([section, index, id]);
      seen.add(id);
    });
  }
  return found;
}

/** `['devices', 2, 'attributes']` as `devices[2].attributes`. */
export function placeOf(path: readonly PropertyKey[]): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i === 0 ? '' : '.'}${String(part)}`)).join('');
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
