import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Heard, Verdict } from '../../simulators/scenario-file/verdict.ts';
import { signIn } from '../harness/api.ts';
import { repositoryRoot, startPlatform, temporaryFolder } from '../harness/platform-process.ts';
import { simulate } from '../harness/simulate.ts';

const names = readdirSync(join(repositoryRoot, 'simulators/scenarios')).map((file) => file.replace(/\.yaml$/, ''));

describe('the library of scenarios, on virtual time', () => {
  const verdicts = new Map<string, Verdict>();
  let ran: Awaited<ReturnType<typeof simulate>>;
  beforeAll(async () => {
    ran = await simulate('run', '--json', ...names);
    for (const line of ran.stdout.split('\n').filter((one) => one !== '')) {
      const verdict = JSON.parse(line) as Verdict & { readonly name: string };
      verdicts.set(verdict.name, verdict);
    }
  }, 600_000);

  it.each(names)('%s: what must come comes in its time, and nothing else', (name) => {
    const verdict = verdicts.get(name);
    expect(verdict, ran.stderr).toBeDefined();
    expect(verdict?.lines.filter((line) => !line.ok)).toEqual([]);
    expect(verdict?.lines.length).toBeGreaterThan(0);
  });

  it('ends with exit code 0', () => {
    expect([ran.code, ran.stderr]).toEqual([0, '']);
  });
});

describe('the verdict of a run', () => {
  const folder = temporaryFolder('scenario');
  const write = (name: string, text: string): string => {
    const path = join(folder.path, name);
    writeFileSync(path, text);
    return path;
  };
  const hot = (expectation: string): string => `
name: hot
about: a heat detector at 80 Cel from the beginning
lastsS: 60
devices: [{ id: heat-1, profile: fire.heat.point, reportS: 10, shows: { temp: 80 } }]
${expectation}
`;

  it('is 2, by the device and the profile, where there is no such profile', async () => {
    const wrong = hot('expect: [{ device: heat-1, code: FIRE, fromS: 0, toS: 10.5 }]').replace('fire.heat.point', 'fire.heat.pint');
    const run = await simulate('run', write('wrong.yaml', wrong));
    expect([run.code, run.stdout, run.stderr]).toEqual([
      2,
      '',
      expect.stringMatching(/"fire\.heat\.pint"; did you mean fire\.heat\.point\? \(device heat-1\)/),
    ]);
  });

  it('is 0 for the example of docs/scenarios.md, copied', async () => {
    const text = readFileSync(join(repositoryRoot, 'docs/scenarios.md'), 'utf8');
    const example = /```yaml\n(name: gas-in-a-boiler-room.*?)```/s.exec(text)?.[1] ?? '';
    const run = await simulate('run', write('gas-in-a-boiler-room.yaml', example));
    expect([run.code, run.stdout]).toEqual([0, expect.stringMatching(/^PASSED/)]);
  });

  it('is 0 with a table where all is as expected, 1 where something is missing, comes unasked, or is refused; 2 for a file that means nothing', async () => {
    const good = await simulate('run', write('good.yaml', hot('expect: [{ device: heat-1, code: FIRE, fromS: 0, toS: 10.5 }]')));
    expect(good.code).toBe(0);
    expect(good.stdout).toMatch(/^PASSED {2}hot/);
    expect(good.stdout).toMatch(/ok +heat-1 FIRE raised +from 0 to 10\.5 s +came at \d/);

    const missing = await simulate(
      'run',
      write('missing.yaml', hot('others: allowed\nexpect: [{ device: heat-1, code: PRE, fromS: 0, toS: 60 }]')),
    );
    expect(missing.code).toBe(1);
    expect(missing.stdout).toMatch(/MISSING +heat-1 PRE raised +from 0 to 60 s +never came/);

    const unasked = await simulate('run', write('unasked.yaml', hot('')));
    expect(unasked.code).toBe(1);
    expect(unasked.stdout).toMatch(/UNEXPECTED +heat-1 temp fire FIRE orange raised/);

    // Every report is refused alike: one line, with their number.
    const refused = await simulate('run', write('refused.yaml', hot('others: allowed').replace('temp: 80', 'temp: true')));
    expect(refused.code).toBe(1);
    expect(refused.stdout).toMatch(/TROUBLE +heat-1: refused at the door \d times, first at /);
    expect(refused.stdout.match(/TROUBLE/g)).toHaveLength(1);

    const misspelt = await simulate('run', write('misspelt.yaml', hot('').replace('temp: 80', 'tempp: 80')));
    expect([misspelt.code, misspelt.stdout]).toEqual([2, '']);
    expect(misspelt.stderr).toMatch(/devices\[0\]\.shows\.tempp: no key .*did you mean temp\?; there is temp/);

    const idle = await simulate(
      'run',
      write('idle.yaml', hot('others: allowed\noperators: [{ atS: 50, does: acknowledge, device: heat-1, code: ROR }]')),
    );
    expect(idle.code).toBe(1);
    expect(idle.stdout).toMatch(/TROUBLE +operator at 50 s finds no open alarm/);

    const broken = await simulate('run', write('broken.yaml', hot('').replace('reportS', 'raportS')));
    expect([broken.code, broken.stdout]).toEqual([2, '']);
    expect(broken.stderr).toMatch(/broken\.yaml: devices\[0\]/);
    folder.remove();
  });
});

describe('a scenario on real time', () => {
  /** How late a device, the platform and the board may come to their turn where others want the same cores; early is nothing ever. */
  const LATE_S = 5;
  const TEXT = `
name: small
about: a fire, a leak that an operator sees, a sensor that breaks, a short break of a network
lastsS: 32
devices:
  - { id: heat, profile: fire.heat.point, reportS: 1, heartbeatS: 30, shows: { temp: { line: [[0, 30], [20, 70]] } } }
  - { id: gas, profile: gas.toxic.co, reportS: 1, heartbeatS: 30, shows: { co: { steps: [[0, 5], [5, 20], [12, 40]] } }, faults: [{ kind: outage, fromS: 14, toS: 18 }] }
  - { id: broken, profile: gas.combustible.point.industrial, reportS: 1, heartbeatS: 30, shows: { lel: 3 }, faults: [{ kind: dead, key: lel, fromS: 10, toS: 20 }] }
operators:
  - { atS: 9, does: acknowledge, device: gas, code: L1 }
  - { atS: 25, does: acknowledge, device: heat, code: FIRE }
expect:
  - { device: heat, code: FIRE, fromS: 13.5, toS: 20.6 }
  - { device: heat, code: ROR, fromS: 9, toS: 20.6 }
  - { device: gas, code: L1, fromS: 5, toS: 12 }
  - { device: gas, code: L2, event: level-raised, fromS: 12, toS: 19 }
  - { device: broken, code: F02, fromS: 10, toS: 17 }
  - { device: broken, code: F02, event: returned, fromS: 20, toS: 27 }
`;
  const heardIn = (stdout: string): readonly Heard[] => (JSON.parse(stdout) as { readonly heard: readonly Heard[] }).heard;
  const named = ({ atS: _when, ...rest }: Heard): string => JSON.stringify(rest);

  it('brings the same alarms as on virtual time, no earlier and about as soon, and leaves nothing behind', async () => {
    const folder = temporaryFolder('scenario');
    const file = join(folder.path, 'small.yaml');
    writeFileSync(file, TEXT);
    const platform = await startPlatform({ dataDir: join(folder.path, 'data') });
    try {
      const real = await simulate('run', '--real', '--http', platform.httpBase, '--mqtt', platform.mqttUrl, '--json', file);
      expect(real.code, real.stdout).toBe(0);
      const virtual = await simulate('run', '--json', file);
      expect(virtual.code, virtual.stdout).toBe(0);
      const [inLife, inTheory] = [heardIn(real.stdout), heardIn(virtual.stdout)];
      // In the order of their names: what comes within a second of another may come before it.
      const byName = (a: Heard, b: Heard): number => named(a).localeCompare(named(b)) || a.atS - b.atS;
      const [a, b] = [inLife.toSorted(byName), inTheory.toSorted(byName)];
      expect(a.map(named)).toEqual(b.map(named));
      expect(a.length).toBeGreaterThanOrEqual(8);
      const late = a.map((one, i) => one.atS - (b[i]?.atS ?? Number.NaN));
      expect(Math.min(...late)).toBeGreaterThan(-1);
      expect(Math.max(...late)).toBeLessThan(LATE_S);

      const api = await signIn(platform.httpBase);
      const open = await api.get<{ readonly items: readonly unknown[] }>('/alarms?state=open');
      expect(open.items).toEqual([]);
    } finally {
      await platform.stop();
      folder.remove();
    }
  });
});
