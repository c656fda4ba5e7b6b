// Builds dist/ (server by `tsc -b`, web by Vite). `--if-needed` does nothing when no source is newer than the last build;
// `--server-only` leaves the web app out. Used by npm start, npm run demo and the tests, so that two commands are enough.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folders = ['model', 'ingest', 'rules', 'broker', 'store', 'alert-ui', 'simulators', 'app', 'test'];
const only = process.argv.includes('--server-only');
const ifNeeded = process.argv.includes('--if-needed');
const stamp = join(root, 'dist', only ? '.built-server' : '.built');

function newest(path) {
  let latest = 0;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.name === 'node_modules' || entry.name.startsWith('.')) continue;
    const full = join(path, entry.name);
    latest = Math.max(latest, entry.isDirectory() ? newest(full) : statSync(full).mtimeMs);
  }
  return latest;
}

function upToDate() {
  if (!existsSync(stamp)) return false;
  const built = statSync(stamp).mtimeMs;
  const sources = Math.max(...folders.filter((f) => existsSync(join(root, f))).map((f) => newest(join(root, f))));
  return (
    sources < built && statSync(join(root, 'package.json')).mtimeMs < built && statSync(join(root, 'tsconfig.base.json')).mtimeMs < built
  );
}

/** Runs a tool of node_modules; its output goes to stderr, so that stdout keeps only what the started program prints. */
function run(bin, args) {
  execFileSync(process.execPath, [join(root, 'node_modules', bin), ...args], { cwd: root, stdio: ['ignore', 2, 2] });
}

if (!(ifNeeded && upToDate())) {
  process.stderr.write('building …\n');
  const begun = Date.now();
  run('typescript/bin/tsc', ['-b', 'tsconfig.json']);
  if (!only) run('vite/bin/vite.js', ['build', '--config', 'alert-ui/web/vite.config.ts', '--logLevel', 'warn']);
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(stamp, new Date().toISOString());
  if (!only) writeFileSync(join(root, 'dist', '.built-server'), new Date().toISOString());
  process.stderr.write(`built in ${((Date.now() - begun) / 1000).toFixed(1)} s\n`);
}
