import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, makeDevices, signIn, type Api } from '../harness/api.ts';
import { auditBackup, type Ended, eventsOf, type Original, type Point, pointsOf, runProgram } from '../harness/backup-audit.ts';
import { cleanEnv, repositoryRoot, startPlatform, temporaryFolder, type PlatformProcess } from '../harness/platform-process.ts';
import { startPeople, startSteadyLoad, VALVE } from '../harness/steady-load.ts';

interface Manifest {
  readonly journal: { readonly firstSeq: number; readonly lastSeq: number };
  readonly snapshot: number | null;
  readonly events: number;
  readonly files: readonly { readonly path: string }[];
}
function manifest(backup: string): Manifest {
  return JSON.parse(readFileSync(join(backup, 'backup.json'), 'utf8')) as Manifest;
}

const DEVICES = 25;
const PER_DEVICE_AND_S = 120;
/** That there was load at all; what it has to bring about (trimming, alarms, people's acts) is looked at by itself. */
const LEAST_PER_S = 200;

const folder = temporaryFolder('backup');
const data = join(folder.path, 'data');

/**
 * A platform under load whose journal is cut and trimmed every few seconds; backups of it at moments nobody chose. What each must hold
 * is known from the outside: what devices were acknowledged, what the original said in the end, what the journal leads to.
 */
describe('backups of a platform at work', () => {
  let platform: PlatformProcess | null = null;
  interface Taken {
    readonly ended: Ended;
    readonly began: Pick<Original, 'acknowledged' | 'devices'>;
  }
  const backups = new Map<string, Taken>();
  let original: Omit<Original, 'acknowledged' | 'devices'>;
  let perSecond = 0;
  let acts = 0;
  let killed = { ready: false, pieces: [] as readonly string[] };
  let ended: Ended & { readonly exists: boolean };

  beforeAll(async () => {
    const running = await startPlatform({ dataDir: data, program: 'test/harness/hurried.js' });
    platform = running;
    const from = Date.now() - 60_000;
    const api: Api = await signIn(running.httpBase);
    const devices = await makeDevices(
      api,
      'backup',
      VALVE.profile,
      Array.from({ length: DEVICES }, (_, i) => `BK-${i}`),
    );
    const load = await startSteadyLoad(running.mqttUrl, devices, PER_DEVICE_AND_S);
    const people = startPeople(api, 'backup');
    const begunAt = performance.now();
    async function take(name: string, program: string, args: readonly string[] = []): Promise<void> {
      await pause(1_000 + Math.random() * 2_000);
      const began = { acknowledged: load.acknowledged(), devices: [...devices, ...people.made()] };
      const ended = await runProgram(program, [join(folder.path, name), ...args], { BEACON_DATA_DIR: data });
      backups.set(name, { ended, began });
    }
    const oldest = (): number => Number(readdirSync(join(data, 'journal')).sort()[0]?.slice(0, 16));
    await eventually('the journal is trimmed', 180_000, () => Promise.resolve(oldest() > 1));
    await pause(2_000);
    await take('first', 'app/backup-main.js');
    await take('slow', 'test/harness/slow-backup.js');
    await take('second', 'app/backup-main.js');
    await take('mistaken', 'test/mutants/records-last.js');
    await take('unchecked', 'test/mutants/records-last.js', ['--unchecked']);
    killed = await killOne();
    ended = await endOne();
    await take('third', 'app/backup-main.js');
    perSecond = load.count() / ((performance.now() - begunAt) / 1_000);
    acts = people.acts();
    await people.stop();
    await load.stop();
    const acknowledged = load.acknowledged();
    const readings = new Map<string, readonly Point[]>();
    for (const { id } of devices) {
      await eventually(`readings of ${id}`, 180_000, async () => {
        readings.set(id, await pointsOf(api, id, from));
        return readings.get(id)?.length === acknowledged.get(id)?.size;
      });
    }
    expect(await running.stop()).toBe(0);
    original = { token: api.token, readings, events: eventsOf(data), from };
  }, 600_000);

  /** A signal in the middle of it. */
  async function interrupt(target: string, signal: 'SIGKILL' | 'SIGTERM'): Promise<Ended> {
    const child = spawn(process.execPath, [join(repositoryRoot, 'dist/test/harness/slow-backup.js'), target], {
      env: cleanEnv({ BEACON_DATA_DIR: data }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
    await eventually('half a backup', 60_000, () => Promise.resolve(stdout.includes('snapshot of entry')));
    child.kill(signal);
    return { code: await exited, stdout, stderr };
  }
  async function killOne(): Promise<typeof killed> {
    const target = join(folder.path, 'killed');
    await interrupt(target, 'SIGKILL');
    const ready = await fetch(`${platform?.httpBase ?? ''}/readyz`);
    return { ready: ready.ok, pieces: readdirSync(target) };
  }
  async function endOne(): Promise<typeof ended> {
    const target = join(folder.path, 'ended');
    return { ...(await interrupt(target, 'SIGTERM')), exists: existsSync(target) };
  }

  afterAll(async () => {
    await platform?.kill();
    folder.remove();
  });

  it('there was load: messages, alarms, people, a journal that was trimmed', () => {
    expect(perSecond).toBeGreaterThan(LEAST_PER_S);
    expect(acts).toBeGreaterThan(20);
    expect(original.events.size).toBeGreaterThan(500);
    for (const name of ['first', 'slow', 'second', 'third']) {
      const { ended } = backups.get(name) ?? {};
      expect([name, ended?.code, ended?.stderr]).toEqual([name, 0, '']);
      expect(ended?.stdout).not.toContain('left out');
      expect(manifest(join(folder.path, name)).journal.firstSeq).toBeGreaterThan(1);
    }
    // While the slow one went on, the platform trimmed away files that were there when it began, again and again.
    const begins = [...(backups.get('slow')?.ended.stdout ?? '').matchAll(/journal begins with (\d+)/g)].map(([, seq]) => Number(seq));
    expect(begins.length).toBeGreaterThan(3);
    expect(new Set(begins).size).toBe(begins.length);
    // The last of them: one that was trimmed past its own first entry begins again further on.
    expect(begins.at(-1)).toBeGreaterThan(manifest(join(folder.path, 'slow')).journal.firstSeq);
  });

  it.each(['first', 'slow', 'second', 'third'])(
    'the %s one restores to the same readings, alarms, events, accounts and secrets',
    async (name) => {
      const { began } = backups.get(name) ?? {};
      if (began === undefined) throw new Error('no backup');
      expect(await auditBackup(join(folder.path, name), join(folder.path, `${name}-restored`), { ...original, ...began })).toEqual([]);
    },
  );

  it('an order of copying that is wrong is found: by the backup itself', () => {
    const { ended } = backups.get('mistaken') ?? {};
    expect(ended?.code).toBe(1);
    expect(ended?.stderr).toMatch(/^backup: the alarm history knows an event of entry \d+, but the journal ends with \d+\n$/);
    expect(existsSync(join(folder.path, 'mistaken'))).toBe(false);
  });

  it('and by this test and the start, when it does not look', async () => {
    const { ended, began } = backups.get('unchecked') ?? {};
    if (began === undefined) throw new Error('no backup');
    expect(ended?.code).toBe(0);
    const troubles = await auditBackup(join(folder.path, 'unchecked'), join(folder.path, 'unchecked-restored'), { ...original, ...began });
    expect(troubles.some((trouble) => trouble.startsWith('records ahead'))).toBe(true);
    expect(troubles.some((trouble) => trouble.startsWith('does not start'))).toBe(true);
  });

  it('one that was killed is no backup, and the platform noticed nothing', async () => {
    expect(killed.ready).toBe(true);
    expect(killed.pieces).toContain('journal');
    expect(killed.pieces).not.toContain('backup.json');
    const target = join(folder.path, 'killed');
    const restored = await runProgram('app/restore-main.js', [target, join(folder.path, 'from-killed')]);
    expect([restored.code, restored.stderr]).toEqual([
      1,
      `restore: ${target} holds no backup.json: no backup, or one that was interrupted\n`,
    ]);
    // Without a folder it is that of the settings, which holds one already here.
    const over = await runProgram('app/restore-main.js', [join(folder.path, 'first')], { BEACON_DATA_DIR: data });
    expect([over.code, over.stderr]).toEqual([1, expect.stringContaining(`${data} is not empty`)]);
    const again = await runProgram('app/backup-main.js', [target], { BEACON_DATA_DIR: data });
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('an interrupted backup: delete it');
  });

  it('one that is asked to end removes what it wrote', () => {
    expect([ended.code, ended.stderr, ended.exists]).toEqual([1, 'backup: interrupted\n', false]);
  });

  it('a backup of the stopped platform, and a copy of its folder, hold the same', async () => {
    const { began } = backups.get('third') ?? {};
    if (began === undefined) throw new Error('no backup');
    const acknowledged = new Map([...original.readings].map(([id, points]) => [id, new Set(points.map(([, value]) => Number(value)))]));
    const stopped = join(folder.path, 'stopped');
    const copy = join(folder.path, 'copy');
    cpSync(data, copy, { recursive: true });
    expect((await runProgram('app/backup-main.js', [stopped], { BEACON_DATA_DIR: copy })).code).toBe(0);
    mkdirSync(join(folder.path, 'waiting'));
    // A clean stop ends with a snapshot: nothing is left to replay.
    expect(await auditBackup(stopped, join(folder.path, 'waiting'), { ...original, ...began, acknowledged })).toEqual([
      'the journal brings nothing after the snapshot',
    ]);
    expect(statSync(stopped).mode & 0o777).toBe(0o700);
    for (const { path } of manifest(stopped).files) expect([path, statSync(join(stopped, path)).mode & 0o777]).toEqual([path, 0o600]);
  });
});

describe('docs/examples/backup-daily.sh', () => {
  it('keeps the newest whole ones, clears away interrupted ones and nothing else, and deletes nothing when the backup fails', async () => {
    const place = temporaryFolder('backup-daily');
    const backups = join(place.path, 'backups');
    const golden = join(place.path, 'data');
    cpSync(join(repositoryRoot, 'test/golden/v1/data'), golden, { recursive: true });
    mkdirSync(backups);
    const old = ['beacon-2026-01-01T03-15-00Z', 'beacon-2026-01-02T03-15-00Z', 'beacon-2026-01-03T03-15-00Z'];
    for (const name of [...old, 'beacon-2026-01-04T03-15-00Z', 'mine', 'beacon-notes']) mkdirSync(join(backups, name));
    for (const name of old) writeFileSync(join(backups, name, 'backup.json'), '{}');
    const run = (dataDir: string) =>
      spawnSync('sh', [join(repositoryRoot, 'docs/examples/backup-daily.sh'), backups, '2'], {
        env: cleanEnv({ BEACON_DATA_DIR: dataDir, BEACON_PROGRAM: join(repositoryRoot, 'dist/app/backup-main.js') }),
        encoding: 'utf8',
      });
    try {
      const before = readdirSync(backups).sort();
      const failed = run(join(place.path, 'none'));
      expect([failed.status, failed.stderr]).toEqual([
        1,
        `backup: ${place.path}/none is no data folder: it has no journal and no records.db\n`,
      ]);
      expect(readdirSync(backups).sort()).toEqual(before);
      const done = run(golden);
      expect([done.status, done.stderr]).toEqual([0, '']);
      const left = readdirSync(backups).sort();
      expect(left).toHaveLength(4);
      expect(left[0]).toBe('beacon-2026-01-03T03-15-00Z');
      expect(existsSync(join(backups, left[1] ?? '', 'backup.json'))).toBe(true);
      expect(left.slice(2)).toEqual(['beacon-notes', 'mine']);
    } finally {
      place.remove();
    }
  });
});
