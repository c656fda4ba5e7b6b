import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { builtInCatalogue } from '../../rules/catalogue/built-in.ts';
import { createEngine, restoreEngine } from '../../rules/engine.ts';
import { device, enterprise, Plant } from '../../rules/testing/plant.ts';

/**
 * `model`, `ingest` and `rules` are pure: time and chance come in as input, so that live, restart and replay agree.
 * Instead of Date.now() take the entry's time; instead of a timer say when you next want a tick (`nextDue`).
 */

const PURE = ['model', 'ingest', 'rules'];
const FORBIDDEN = new Set([
  'performance',
  'process',
  'globalThis',
  'global',
  'window',
  'self',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'console',
  'crypto',
  'fetch',
  'Buffer',
  'require',
  'eval',
  'Function',
  'XMLHttpRequest',
  'navigator',
]);
const OF_DATE = new Set(['parse', 'UTC']);

/** Source files of a folder, tests and their helpers left out. */
function sources(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Uses of the clock, of chance or of the world outside in one source text, as `line: what`. */
export function impurities(fileName: string, text: string): readonly string[] {
  const file = ts.createSourceFile(fileName, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const note = (node: ts.Node, what: string): void => {
    found.push(`${file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1}: ${what}`);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier) && node.moduleSpecifier.text.startsWith('node:'))
      note(node, node.moduleSpecifier.text);
    if (ts.isTypeNode(node)) return;
    if (ts.isIdentifier(node) && isUse(node)) {
      const member = ts.isPropertyAccessExpression(node.parent) && node.parent.expression === node ? node.parent.name.text : null;
      if (FORBIDDEN.has(node.text)) note(node, node.text);
      if (node.text === 'Date' && (member === null || !OF_DATE.has(member))) note(node, 'Date');
      if (node.text === 'Math' && (member === null || member === 'random')) note(node, 'Math.random');
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** A name that stands for a value, not a property or a key of that name. */
function isUse(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (
    ts.isPropertyAssignment(parent) ||
    ts.isPropertySignature(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isMethodDeclaration(parent)
  )
    return parent.name !== node;
  return true;
}

describe('purity of model, ingest and rules', () => {
  for (const folder of PURE) {
    it(`${folder} uses no clock, no chance and nothing of the world outside`, () => {
      const files = sources(folder);
      expect(files.length).toBeGreaterThan(0);
      expect(files.flatMap((name) => impurities(name, readFileSync(name, 'utf8')).map((what) => `${name}:${what}`))).toEqual([]);
    });
  }

  it('the check sees what it has to see', () => {
    expect(
      impurities('a.ts', 'const a = Date.now();\nnew Date();\nMath.random();\nsetTimeout(() => 0);\nprocess.exit();\nconst d = Date;'),
    ).toHaveLength(6);
    expect(impurities('a.ts', "import { readFileSync } from 'node:fs';\nreadFileSync('x');")).toHaveLength(1);
    expect(impurities('a.ts', 'Date.parse(x); Date.UTC(1); Math.max(1); const o = { process: 1 }; o.process;')).toEqual([]);
  });
});

describe('the engine with clock, chance and timers taken away', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('runs alarms, delays, late batches, commands and snapshots', () => {
    // `process` stays for the test runner's own sake; the check of the sources above covers it.
    const fail = (what: string) => (): never => {
      throw new Error(`${what} was called inside the engine`);
    };
    const plant = new Plant();
    const stubbed = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch'];
    for (const name of stubbed) vi.stubGlobal(name, fail(name));
    vi.stubGlobal('performance', { now: fail('performance.now') });
    vi.stubGlobal('Date', Object.assign(fail('Date'), { now: fail('Date.now'), parse: Date.parse, UTC: Date.UTC }));
    vi.stubGlobal('crypto', { getRandomValues: fail('crypto'), randomUUID: fail('crypto') });
    const random = Math.random;
    Math.random = fail('Math.random');
    try {
      plant.config(
        { op: 'catalogue', catalogue: builtInCatalogue },
        { op: 'put', asset: 'enterprise', base: 0, value: enterprise('works') },
      );
      plant.put(device('gd', 'gas.combustible.point.industrial'));
      plant.send('gd', 'lel', 12, { stamp: 0 });
      plant.pass(40_000);
      plant.send('gd', 'lel', 105, { stamp: 0 });
      plant.send('gd', 'lel', null, { quality: 'bad' });
      plant.acknowledge('hi');
      plant.pass(300_000);
      plant.send('gd', 'lel', 1, { stamp: -100_000, faults: ['F03'] });
      plant.pass(10_000);
      plant.restart(60_000);
      const text = plant.engine.serialise();
      expect(restoreEngine(text).serialise()).toBe(text);
      expect(createEngine().view.appliedSeq).toBe(0);
      expect(plant.told('hi').slice(0, 3)).toEqual(['hi raised', 'hi level-raised', 'hi acknowledged']);
      expect(plant.engine.view.appliedSeq).toBe(plant.entries.length);
    } finally {
      Math.random = random;
    }
  });
});
