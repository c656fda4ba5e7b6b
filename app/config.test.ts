import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from './config.ts';

const dir = mkdtempSync(join(tmpdir(), 'beacon-config-'));
afterAll(() => rmSync(dir, { recursive: true }));

function written(text: string): string {
  const path = join(dir, 'beacon.yaml');
  writeFileSync(path, text);
  return path;
}

describe('a setting that is not allowed is named as it was written', () => {
  it.each([
    ['by its short name in a file', 'httpPort: 99999\n', {}, /^httpPort=99999 in .*beacon\.yaml: not allowed; allowed: 0 to 65535/],
    ['by its long name in a file', 'BEACON_RAW_DAYS: 0\n', {}, /^BEACON_RAW_DAYS=0 in .*beacon\.yaml: not allowed; allowed: 1 to/],
    [
      'in the environment, which wins',
      'httpPort: 0\n',
      { BEACON_HTTP_PORT: 'x' },
      /^BEACON_HTTP_PORT="x": not allowed; allowed: 0 to 65535/,
    ],
  ])('%s', (_what, text, env, line) => {
    const path = written(text);
    expect(() => loadConfig({ BEACON_CONFIG: path, ...env })).toThrow(ConfigError);
    expect(() => loadConfig({ BEACON_CONFIG: path, ...env })).toThrow(line);
  });
});
