/** Holds what was heard against what a scenario expects and forbids. Pure; the same for runs on real and on simulated time. */
import type { AlarmKind } from '../../model/alarm.ts';
import type { Level } from '../../model/level.ts';
import type { Expectation, Prohibition, Scenario } from './schema.ts';

/** One alarm event as a client hears it. */
export interface Heard {
  /** Seconds since the run began. */
  readonly atS: number;
  readonly type: string;
  readonly device: string | null;
  /** Payload key of the alarm's point; null where it is about the whole device. */
  readonly measurement: string | null;
  readonly code: string;
  readonly kind: AlarmKind;
  readonly level: Level;
}
/** `came` and `kept-away` are good; the others fail the run. */
export type Finding = 'came' | 'kept-away' | 'missing' | 'forbidden' | 'unexpected' | 'trouble';
export interface VerdictLine {
  readonly ok: boolean;
  readonly finding: Finding;
  /** The alarm it is about, or the trouble in words. */
  readonly about: string;
  /** What the scenario says of it; empty where it says nothing. */
  readonly wanted: string;
  /** What was heard. */
  readonly found: string;
}
export interface Verdict {
  readonly ok: boolean;
  /** One line for each expectation, prohibition, surprise and trouble, the failed ones first. */
  readonly lines: readonly VerdictLine[];
}

const RAISING: readonly string[] = ['raised', 'level-raised'];

type About = Pick<Expectation, 'device' | 'measurement' | 'code' | 'kind' | 'level'>;

function isAbout(about: About, heard: Heard): boolean {
  return (
    (about.device === undefined || about.device === heard.device) &&
    (about.measurement === undefined || about.measurement === heard.measurement) &&
    (about.code === undefined || about.code === heard.code) &&
    (about.kind === undefined || about.kind === heard.kind) &&
    (about.level === undefined || about.level === heard.level)
  );
}
function meets(expected: Expectation, heard: Heard): boolean {
  return heard.type === expected.event && heard.atS >= expected.fromS && heard.atS <= expected.toS && isAbout(expected, heard);
}
function breaks(never: Prohibition, heard: Heard): boolean {
  const types = never.event === undefined ? RAISING : [never.event];
  return types.includes(heard.type) && heard.atS >= (never.fromS ?? 0) && heard.atS <= (never.toS ?? Infinity) && isAbout(never, heard);
}

function words(about: About, event: string): string {
  return [about.device ?? 'any device', about.measurement, about.kind, about.code, about.level, event]
    .filter((one) => one !== undefined)
    .join(' ');
}
const heardWords = (one: Heard): string =>
  words({ ...one, device: one.device ?? 'system', measurement: one.measurement ?? undefined }, one.type);
const told = (one: Heard): string => `${heardWords(one)} at ${one.atS.toFixed(1)} s`;
const times = (all: readonly Heard[]): string => all.map((one) => `${one.atS.toFixed(1)} s`).join(', ');
const line = (finding: Finding, about: string, wanted: string, found: string): VerdictLine => ({
  ok: finding === 'came' || finding === 'kept-away',
  finding,
  about,
  wanted,
  found,
});

function expectedLine(expected: Expectation, heard: readonly Heard[]): VerdictLine {
  const met = heard.filter((one) => meets(expected, one));
  const ok = expected.times === undefined ? met.length > 0 : met.length === expected.times;
  const ever = heard.filter((one) => one.type === expected.event && isAbout(expected, one));
  const wanted = `${expected.times === undefined ? '' : `${expected.times} times `}from ${expected.fromS} to ${expected.toS} s`;
  const found = ever.length === 0 ? 'never came' : `came at ${times(ok ? met : ever)}`;
  return line(ok ? 'came' : 'missing', words(expected, expected.event), wanted, found);
}

function neverLine(never: Prohibition, heard: readonly Heard[]): VerdictLine {
  const broken = heard.filter((one) => breaks(never, one));
  const between = never.fromS === undefined && never.toS === undefined ? '' : ` from ${never.fromS ?? 0} to ${never.toS ?? 'the end'} s`;
  const about = words(never, never.event ?? 'alarm');
  if (broken.length === 0) return line('kept-away', about, `never${between}`, 'did not come');
  return line('forbidden', about, `never${between}`, broken.map(told).join('; '));
}

/** @param troubles what went wrong beside the alarms */
export function verdictOf(
  scenario: Pick<Scenario, 'expect' | 'never' | 'others'>,
  heard: readonly Heard[],
  troubles: readonly string[] = [],
): Verdict {
  const lines = [
    ...troubles.map((one) => line('trouble', one, '', '')),
    ...scenario.expect.map((expected) => expectedLine(expected, heard)),
    ...scenario.never.map((never) => neverLine(never, heard)),
  ];
  if (scenario.others === 'forbidden') {
    for (const one of heard)
      if (RAISING.includes(one.type) && !scenario.expect.some((expected) => meets(expected, one)))
        lines.push(line('unexpected', heardWords(one), '', `came at ${one.atS.toFixed(1)} s`));
  }
  return { ok: lines.every((one) => one.ok), lines: lines.toSorted((a, b) => Number(a.ok) - Number(b.ok)) };
}
