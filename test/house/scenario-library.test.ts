import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { builtInCatalogue } from '../../rules/catalogue/built-in.ts';
import { parseScenario } from '../../simulators/scenario-file/parse.ts';
import { type DeviceFile, type FaultPlan, type Scenario, scenarioSchema, type Shown } from '../../simulators/scenario-file/schema.ts';

/**
 * The library of scenarios speaks of everything the catalogue knows and everything the simulators can do: a new profile or a new fault
 * wants a scenario that shows what it must bring. Whether they pass is shown by test/e2e/scenarios.test.ts.
 */
const folder = new URL('../../simulators/scenarios/', import.meta.url);
const files = readdirSync(folder);
const library = files.map((file) => ({ file, scenario: parseScenario(readFileSync(new URL(file, folder), 'utf8')) }));
const scenarios: readonly Scenario[] = library.map(({ scenario }) => scenario);
const devices: readonly DeviceFile[] = scenarios.flatMap((scenario) => scenario.devices);

type KeyOfEach<T> = T extends object ? keyof T : never;
/** The compiler keeps these whole. */
const FAULTS: Readonly<Record<FaultPlan['kind'], true>> = {
  dead: true,
  missing: true,
  stuck: true,
  fixed: true,
  noisy: true,
  drifting: true,
  'worked-on': true,
  'wrong-clock': true,
  outage: true,
  'power-cut': true,
  silence: true,
  'mad-rate': true,
  duplicate: true,
};
const HABITS: Readonly<Record<Extract<FaultPlan, { kind: 'outage' }>['backlog'], true>> = {
  arrays: true,
  'one-array': true,
  singles: true,
};
const ACTS: Readonly<Record<Scenario['operators'][number]['does'], true>> = {
  acknowledge: true,
  reset: true,
  withdraw: true,
  silence: true,
  shelve: true,
  unshelve: true,
  verify: true,
};
const INSTRUMENTS: Readonly<Record<KeyOfEach<Shown>, true>> = {
  line: true,
  steps: true,
  stateSteps: true,
  catalytic: true,
  infrared: true,
  oxygen: true,
  heat: true,
  co: true,
  smoke: true,
  smokeStatus: true,
  tankLevel: true,
  vessel: true,
  residual: true,
  cable: true,
  main: true,
  air: true,
  wind: true,
};

const names = (known: Readonly<Record<string, true>>): string[] => Object.keys(known).sort();
const found = (all: Iterable<string>): string[] => [...new Set(all)].sort();

describe('the library of scenarios', () => {
  it('has at least twenty, each named as its file', () => {
    expect(library.length).toBeGreaterThanOrEqual(20);
    for (const { file, scenario } of library) expect(`${scenario.name}.yaml`).toBe(file);
  });

  it('has a device of every profile of the catalogue', () => {
    const profiles = found(builtInCatalogue.profiles.map(({ id }) => id));
    expect(found(devices.map(({ profile }) => profile))).toEqual(profiles);
  });

  it('expects a process or fire alarm of every family of profiles, within a window', () => {
    const family = (profile: string): string => profile.split('.')[0] ?? profile;
    const alarming = scenarios.flatMap(({ devices: all, expect: expected }) =>
      all.filter(({ id }) =>
        expected.some(
          ({ device, kind, event, code }) =>
            device === id && kind !== 'instrument' && (event === 'raised' || event === 'level-raised') && !/^(F\d\d|BAD)$/.test(code ?? ''),
        ),
      ),
    );
    expect(found(alarming.map(({ profile }) => family(profile)))).toEqual(found(builtInCatalogue.profiles.map(({ id }) => family(id))));
  });

  it('has every fault of the simulators, every habit after an outage, a gateway of each kind, a counter that begins anew', () => {
    const faults = devices.flatMap((device) => device.faults);
    expect(found(faults.map(({ kind }) => kind))).toEqual(names(FAULTS));
    expect(found(faults.flatMap((fault) => (fault.kind === 'outage' ? [fault.backlog] : [])))).toEqual(names(HABITS));
    expect(found(scenarios.flatMap(({ gateways }) => gateways.map(({ keeps }) => String(keeps))))).toEqual(['false', 'true']);
    expect(devices.some(({ counterRebootsS }) => counterRebootsS !== undefined && counterRebootsS.length > 0)).toBe(true);
  });

  it('has a backlog of three hours in each of the habits', () => {
    const long = devices
      .flatMap((device) => device.faults)
      .flatMap((fault) => (fault.kind === 'outage' && fault.toS - fault.fromS >= 3 * 3_600 ? [fault.backlog] : []));
    expect(found(long)).toEqual(names(HABITS));
  });

  it('has every instrument and every act of an operator', () => {
    const shown = devices
      .flatMap((device) => Object.values(device.shows))
      .flatMap((one) => (typeof one === 'object' ? Object.keys(one) : []));
    expect(found(shown)).toEqual(names(INSTRUMENTS));
    expect(found(scenarios.flatMap(({ operators }) => operators.map(({ does }) => does)))).toEqual(names(ACTS));
  });

  it('says in each what must not come: nothing but what is expected, and by name', () => {
    for (const { file, scenario } of library) {
      expect([file, scenario.others]).toEqual([file, 'forbidden']);
      expect(scenario.expect.length + scenario.never.length, file).toBeGreaterThan(0);
      expect(scenario.never.length, file).toBeGreaterThan(0);
    }
  });

  it('gives no expectation all the time of its run: a window says when', () => {
    for (const { file, scenario } of library)
      for (const { fromS, toS, times } of scenario.expect)
        if (times === undefined)
          expect(toS - fromS, `${file} ${fromS} to ${toS}`).toBeLessThanOrEqual(Math.max(70, 0.03 * scenario.lastsS));
  });

  it('is written as docs/scenarios.md says: its examples can be played', () => {
    const page = readFileSync(new URL('../../docs/scenarios.md', import.meta.url), 'utf8');
    const examples = [...page.matchAll(/```yaml\n(name: [\s\S]*?)```/g)].map(([, text = '']) => parseScenario(text));
    expect(examples.map(({ name }) => name)).toEqual(['gas-in-a-boiler-room', 'fire-tank-vessel-gateway']);
    for (const key of Object.keys(scenarioSchema.shape)) expect([key, page.includes(key)]).toEqual([key, true]);
    for (const made of ['places', 'fires', 'tanks', 'vessels', 'gateways'] as const)
      expect([made, examples.some((one) => Object.keys(one[made]).length > 0)]).toEqual([made, true]);
    for (const known of [FAULTS, HABITS, ACTS, INSTRUMENTS]) for (const name of names(known)) expect(page).toContain(name);
  });

  it('has calm days beside it that `npm run evidence -- fires` plays: a whole day each, in which at most an instrument rings', () => {
    const calm = new URL('../evidence/nuisance/', import.meta.url);
    const days = readdirSync(calm).map((file) => parseScenario(readFileSync(new URL(file, calm), 'utf8')));
    expect(days.map(({ name }) => name).sort()).toEqual(['cooking', 'one-kelvin-noise', 'opened-door', 'sensor-fault', 'sun-on-a-roof']);
    for (const { lastsS, others, expect: expected } of days) {
      expect([lastsS, others]).toEqual([86_400, 'forbidden']);
      expect(expected.filter(({ kind }) => kind !== 'instrument')).toEqual([]);
    }
  });
});
