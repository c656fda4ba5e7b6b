import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createMetrics, type MetricFacts } from '../../app/metrics.ts';
import { createStages } from '../../app/stages.ts';
import { loadConfig, SETTINGS } from '../../app/config.ts';
import { ENTRY_VERSIONS } from '../../model/entry.ts';

const docs = join(import.meta.dirname, '..', '..', 'docs');
const operations = readFileSync(join(docs, 'operations.md'), 'utf8');

/** Every number is 1: what is shown does not depend on what it is. */
const ones = new Proxy({}, { get: () => 1 }) as MetricFacts;

async function exposed(): Promise<ReadonlyMap<string, string>> {
  const { body } = await createMetrics(
    () => ones,
    () => ['disk-full'],
    [createStages(() => 0).histogram],
  ).text();
  return new Map([...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]));
}
const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();

describe('docs/operations.md', () => {
  it('has every metric that is shown and no other, each of ours with its type', async () => {
    const section = /^## Metrics\n(.*?)^## /ms.exec(operations)?.[1] ?? '';
    const named = [...section.matchAll(/`((?:beacon|process|nodejs)_[a-z0-9_]+)(?:\{\w+\})?`/g)].map(([, name = '']) => name);
    const shown = await exposed();
    expect(sorted(named)).toEqual(sorted(shown.keys()));
    const typed = [...section.matchAll(/^\| `(beacon_\w+)(?:\{\w+\})?` \| (\w+) \|/gm)].map(([, name, type]) => [name, type]);
    expect(typed.length).toBeGreaterThan(40);
    for (const [name = '', type] of typed) expect([name, type]).toEqual([name, shown.get(name)]);
  });
});

describe('docs/operations.md, settings', () => {
  it('has every setting', () => {
    const section = /^## Settings\n(.*?)^## /ms.exec(operations)?.[1] ?? '';
    // `_TOKEN` behind `BEACON_INFLUX_DATABASE` is short for BEACON_INFLUX_TOKEN.
    const shortened = [...section.matchAll(/`(_[A-Z]+)`/g)].map(([, tail = '']) => `BEACON_INFLUX${tail}`);
    const named = [...section.matchAll(/`(BEACON_[A-Z_]+)`/g)].map(([, name = '']) => name);
    const all = Object.values(SETTINGS).map((one) => one.env);
    expect(sorted([...named, ...shortened].filter((name) => name !== 'BEACON_CONFIG'))).toEqual(sorted(all));
  });

  it('says rightly how the short keys of the file are made, and its example is one that starts', () => {
    const short = (env: string): string =>
      env
        .slice('BEACON_'.length)
        .toLowerCase()
        .replace(/_(.)/g, (_all, next: string) => next.toUpperCase());
    for (const { env, key } of Object.values(SETTINGS)) expect([env, short(env)]).toEqual([env, key]);
    const example = /^```yaml\n# BEACON_CONFIG=.*?\n(.*?)^```/ms.exec(operations)?.[1] ?? '';
    const settings: readonly { readonly key: string; readonly schema: { safeParse(value: unknown): { readonly success: boolean } } }[] =
      Object.values(SETTINGS);
    const written = Object.entries(parse(example) as Record<string, unknown>);
    expect(written.length).toBeGreaterThan(2);
    for (const [key, value] of written)
      expect([key, settings.find((one) => one.key === key)?.schema.safeParse(value).success]).toEqual([key, true]);
  });
});

describe('docs/operations.md, the trial start of a backup', () => {
  it('leaves out all that reaches outside, and nothing without its other half', () => {
    const leftOut = [...operations.matchAll(/ -u (BEACON_[A-Z_]+)/g)].map(([, name = '']) => name);
    const env: Record<string, string> = {
      BEACON_UPSTREAM_URL: 'mqtt://127.0.0.1:1884',
      BEACON_UPSTREAM_USERNAME: 'beacon-tower',
      BEACON_UPSTREAM_PASSWORD: 'secret',
      BEACON_WEBHOOK_URL: 'http://127.0.0.1:9/hook',
      BEACON_WEBHOOK_SECRET: 'x'.repeat(24),
      BEACON_DEADMAN_URL: 'http://127.0.0.1:9/beat',
      BEACON_INFLUX_URL: 'http://127.0.0.1:8086',
      BEACON_INFLUX_USERNAME: 'beacon',
      BEACON_INFLUX_PASSWORD: 'secret',
    };
    expect(loadConfig(env).config.webhookUrl).not.toBeNull();
    for (const name of leftOut) delete env[name];
    const { upstreamUrl, webhookUrl, deadmanUrl, influxUrl } = loadConfig(env).config;
    expect({ upstreamUrl, webhookUrl, deadmanUrl, influxUrl }).toEqual({
      upstreamUrl: null,
      webhookUrl: null,
      deadmanUrl: null,
      influxUrl: null,
    });
  });
});

describe('docs/operations.md, formats of this version', () => {
  /** What the code says it writes, found where it says so. */
  const saidIn = (path: string, name = 'FORMAT'): string =>
    new RegExp(`^(?:export )?const ${name} = '?([^';]+)'?;$`, 'm').exec(readFileSync(join(docs, '..', path), 'utf8'))?.[1] ??
    `none in ${path}`;

  it('are those that the code writes', () => {
    const section = /^### Notes of the versions\n(.*)/ms.exec(operations)?.[1] ?? '';
    const rows = [...section.matchAll(/^\| ([^|]+) \| [^|]+ \| ([^|]+) \| ([^|]+) \|$/gm)];
    const [, ...formats] = rows.map(([, what = '', written = '', read = '']) => [
      what,
      written.replaceAll('`', ''),
      read.replaceAll('`', ''),
    ]);
    expect(formats.map(([what, written]) => [what, written])).toEqual([
      ['entry of the journal', saidIn('model/entry.ts', 'ENTRY_VERSION')],
      ['segment of the journal', saidIn('store/journal/segment.ts', 'SEGMENT_FORMAT')],
      ['engine state', saidIn('rules/snapshot.ts')],
      ['snapshot', saidIn('store/journal/snapshots.ts')],
      ['piece of the archive', saidIn('store/archive/files.ts')],
      ['records', saidIn('store/records/migrations.ts', 'RECORDS_FORMAT')],
      ['a day of readings', saidIn('store/readings/embedded/day-file.ts')],
      ['roll-ups', saidIn('store/readings/embedded/roll-up-file.ts')],
      ['position of the reading store', saidIn('store/readings/position-file.ts')],
      ['position of the webhook', saidIn('store/notices/outbox-file.ts')],
      ['backup', saidIn('store/backup/manifest.ts', 'BACKUP_FORMAT')],
    ]);
    const { version } = JSON.parse(readFileSync(join(docs, '..', 'package.json'), 'utf8')) as { readonly version: string };
    expect(section).toContain(`**${version}.**`);
    expect(formats.find(([what]) => what === 'entry of the journal')?.[2]).toBe(ENTRY_VERSIONS.join(', '));
  });
});

describe('docs/examples/prometheus-alerts.yml', () => {
  interface Rule {
    readonly alert: string;
    readonly expr: string;
    readonly for?: string;
    readonly labels: { readonly severity: string };
    readonly annotations: { readonly summary: string };
  }
  const { groups } = parse(readFileSync(join(docs, 'examples', 'prometheus-alerts.yml'), 'utf8')) as {
    groups: readonly { readonly rules: readonly Rule[] }[];
  };
  const rules = groups.flatMap((group) => group.rules);

  it('asks for nothing that is not shown, and for a rise only of counters', async () => {
    const shown = await exposed();
    expect(rules.length).toBeGreaterThan(10);
    for (const { alert, expr } of rules) {
      const asked = [...expr.matchAll(/\b((?:beacon|process|nodejs)_\w+)/g)].map(([name]) => name);
      expect([alert, asked.filter((name) => !shown.has(name))]).toEqual([alert, []]);
      if (asked.length === 0) expect(expr).toContain('up{job="beacon-tower"}');
      const rising = [...expr.matchAll(/increase\((\w+)/g)].map(([, name = '']) => [name, shown.get(name)]);
      expect([alert, rising.filter(([, type]) => type !== 'counter')]).toEqual([alert, []]);
    }
  });

  it('names each rule once, with how bad it is and what to do', () => {
    expect(sorted(rules.map((rule) => rule.alert))).toHaveLength(rules.length);
    for (const rule of rules) {
      expect(rule.labels.severity).toMatch(/^(critical|warning)$/);
      expect(rule.annotations.summary.length).toBeGreaterThan(20);
      expect(rule.for ?? '1m').toMatch(/^\d+[sm]$/);
    }
  });

  it('knows the codes of trouble', () => {
    const watch =
      readFileSync(join(docs, '..', 'app', 'system-watch.ts'), 'utf8') + readFileSync(join(docs, '..', 'app', 'build.ts'), 'utf8');
    const codes = rules.flatMap(({ expr }) => /beacon_trouble\{code=~"([^"]+)"/.exec(expr)?.[1]?.split('|') ?? []);
    expect(codes).not.toEqual([]);
    for (const code of codes) expect([code, watch.includes(`'${code}'`)]).toEqual([code, true]);
  });
});

describe('docs/examples/beacon-tower.service', () => {
  const lines = readFileSync(join(docs, 'examples', 'beacon-tower.service'), 'utf8').split('\n');
  it('is sections and settings, stops us as we want to be stopped, and sets only what we know', () => {
    for (const line of lines) expect(line).toMatch(/^(#.*|\[(Unit|Service|Install)\]|[A-Z][A-Za-z]+=.*|)$/);
    expect(lines).toContain('KillSignal=SIGTERM');
    expect(lines).toContain('Restart=always');
    expect(lines).toContain('ProtectSystem=strict');
    const set = lines.flatMap((line) => /^Environment=(BEACON_\w+)=/.exec(line)?.[1] ?? []);
    const known: readonly string[] = Object.values(SETTINGS).map((one) => one.env);
    expect(set).not.toEqual([]);
    expect(set.filter((name) => !known.includes(name))).toEqual([]);
  });
});

describe('docs/examples/beacon-tower-backup', () => {
  const read = (ending: string): string[] => readFileSync(join(docs, 'examples', `beacon-tower-backup.${ending}`), 'utf8').split('\n');
  const platform = readFileSync(join(docs, 'examples', 'beacon-tower.service'), 'utf8').split('\n');

  it('is sections and settings, and runs as the user of the platform on the same data', () => {
    for (const line of [...read('service'), ...read('timer')])
      expect(line).toMatch(/^(#.*|\[(Unit|Service|Install|Timer)\]|[A-Z][A-Za-z]+=.*|)$/);
    for (const same of ['User=beacon-tower', 'DynamicUser=yes', 'Environment=BEACON_DATA_DIR=/var/lib/beacon-tower', 'UMask=0077']) {
      expect([same, read('service').includes(same), platform.includes(same)]).toEqual([same, true, true]);
    }
  });

  it('is told of in docs/operations.md, with the commands that there are', () => {
    const { scripts } = JSON.parse(readFileSync(join(docs, '..', 'package.json'), 'utf8')) as { readonly scripts: Record<string, string> };
    for (const program of ['backup', 'restore']) {
      expect(scripts[program]).toMatch(new RegExp(`--if-needed --server-only && exec node dist/app/${program}-main\\.js$`));
      expect(operations).toContain(`npm run ${program} -- `);
      expect(operations).toContain(`node dist/app/${program}-main.js`);
    }
    for (const name of ['backup-daily.sh', 'beacon-tower-backup.service', 'beacon-tower-backup.timer']) {
      expect(operations).toContain(`(examples/${name})`);
    }
  });
});
