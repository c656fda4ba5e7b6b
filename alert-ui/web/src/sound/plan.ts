/**
 * What the desk must sound, as a function of the set of ringing alarms, the link and the local mute. Pure.
 * Patterns: fundamental frequencies ≥ 20 % apart per level, one level at a time, the highest.
 */
import type { Alarm } from '../../../../model/alarm.ts';
import { LEVEL_RANK, type Level } from '../../../../model/level.ts';

/** One tone of a pattern: starts at `atMs`, lasts `lengthMs`, glides from `fromHz` to `toHz`. */
export interface Tone {
  readonly atMs: number;
  readonly lengthMs: number;
  readonly fromHz: number;
  readonly toHz: number;
}

export type SoundName = Level | 'instrument' | 'blind';

function tones(count: number, lengthMs: number, gapMs: number, fromHz: number, toHz: number): Tone[] {
  return Array.from({ length: count }, (_, i) => ({ atMs: i * (lengthMs + gapMs), lengthMs, fromHz, toHz }));
}

/** Instrument fault: 600/430 Hz alternating, 400 ms each, twice: the ambulance that people know from panels. */
const INSTRUMENT: readonly Tone[] = [600, 430, 600, 430].map((hz, i) => ({ atMs: i * 400, lengthMs: 400, fromHz: hz, toHz: hz }));

export const PATTERNS: Readonly<Record<SoundName, readonly Tone[]>> = {
  red: tones(3, 350, 80, 600, 1200),
  orange: tones(3, 150, 100, 880, 880),
  yellow: tones(2, 180, 120, 660, 660),
  blue: tones(1, 250, 0, 520, 520),
  instrument: INSTRUMENT,
  blind: [
    { atMs: 0, lengthMs: 300, fromHz: 440, toHz: 440 },
    { atMs: 300, lengthMs: 300, fromHz: 330, toHz: 330 },
  ],
};

/**
 * A warning (预警) that is issued or rises: a bell of two strokes, once. 20 % and more above every tone of an alarm, and dying away where
 * those stand: nobody takes it for one.
 */
export const CHIME: readonly Tone[] = [
  { atMs: 0, lengthMs: 300, fromHz: 1760, toHz: 1760 },
  { atMs: 300, lengthMs: 400, fromHz: 1480, toHz: 1480 },
];
export const CHIME_MS = 700;
const CHIME_GAP_MS = 40;
/** Longer than any pattern, and long enough to find a gap after one that the blind tone fills. */
const CHIME_LOOKS_MS = 5_000;

/** How often a level repeats, ms; null = once. Blue sounds once per newcomer. */
export const REPEAT_MS: Readonly<Record<Level, number | null>> = { red: 2_000, orange: 5_000, yellow: 20_000, blue: null };
export const BLIND_REPEAT_MS = 30_000;
/** The blind tone stands in the gap between two red patterns. */
const BLIND_OFFSET_MS = 1_320;

export interface Voice {
  readonly sound: SoundName;
  /** ms between two beginnings; null = once. */
  readonly repeatMs: number | null;
  readonly offsetMs: number;
}

export interface SoundPlan {
  readonly voices: readonly Voice[];
  /** What rings at the sounding level (see `ringKey`). */
  readonly members: readonly string[];
}

/** Does the sound have to begin again? When the voices differ, or when something rings that did not: never because one was taken. */
export function startsAnew(before: SoundPlan, next: SoundPlan): boolean {
  if (JSON.stringify(before.voices) !== JSON.stringify(next.voices)) return true;
  const sounded = new Set(before.members);
  return next.members.some((m) => !sounded.has(m));
}

/** Local mute: at most 10 min, broken by any red alarm that was not ringing when it began. */
export interface Mute {
  readonly until: number;
  readonly knownReds: ReadonlySet<string>;
}
export const MUTE_MAX_MS = 600_000;

/** Identity of one ringing: the same alarm ringing again or higher is a new one. */
export function ringKey(alarm: Alarm): string {
  return `${alarm.id}/${alarm.recurrences}/${alarm.level}`;
}

export function beginMute(ringing: readonly Alarm[], now: number): Mute {
  return { until: now + MUTE_MAX_MS, knownReds: new Set(ringing.filter((a) => a.level === 'red').map(ringKey)) };
}

export function isMuted(mute: Mute | null, ringing: readonly Alarm[], now: number): boolean {
  if (mute === null || now >= mute.until) return false;
  return ringing.every((a) => a.level !== 'red' || mute.knownReds.has(ringKey(a)));
}

/**
 * @param ringing alarms that sound now (see `isRinging`); @param blind the picture is ≥ 15 s old: what rang goes on ringing, with the
 * blind tone in between; @param muted local mute in force: nothing sounds.
 */
export function soundPlan(ringing: readonly Alarm[], blind: boolean, muted: boolean): SoundPlan {
  if (muted) return { voices: [], members: [] };
  const voices: Voice[] = [];
  let members: readonly string[] = [];
  const worst = ringing.reduce<Level | null>(
    (level, a) => (level === null || LEVEL_RANK[a.level] > LEVEL_RANK[level] ? a.level : level),
    null,
  );
  if (worst !== null) {
    const atWorst = ringing.filter((a) => a.level === worst);
    // A fault keeps its own ear only while no process or fire alarm of the same level rings.
    const sound: SoundName = atWorst.every((a) => a.kind === 'instrument') ? 'instrument' : worst;
    voices.push({ sound, repeatMs: REPEAT_MS[worst], offsetMs: 0 });
    members = atWorst.map(ringKey);
  }
  if (blind) {
    voices.push({ sound: 'blind', repeatMs: BLIND_REPEAT_MS, offsetMs: worst === null ? 0 : BLIND_OFFSET_MS });
  }
  return { voices, members };
}

function lengthOf(sound: SoundName): number {
  return Math.max(...PATTERNS[sound].map((tone) => tone.atMs + tone.lengthMs));
}

/** From when on (ms, relative) the chime fits between what rings: it neither covers an alarm nor mixes with one. */
export function chimeAt(plan: SoundPlan, fromMs: number): number {
  const busy = plan.voices
    .flatMap((voice) =>
      beginnings(voice, Math.max(0, fromMs - CHIME_LOOKS_MS), fromMs + CHIME_LOOKS_MS).map(
        (at) => [at, at + lengthOf(voice.sound)] as const,
      ),
    )
    .sort(([a], [b]) => a - b);
  let at = fromMs;
  for (const [begin, end] of busy) if (begin < at + CHIME_MS && end > at) at = end + CHIME_GAP_MS;
  return at;
}

/** Beginnings (ms, relative) of a voice within [fromMs, toMs). */
export function beginnings(voice: Voice, fromMs: number, toMs: number): number[] {
  const first = voice.offsetMs;
  if (voice.repeatMs === null) return first >= fromMs && first < toMs ? [first] : [];
  const n = Math.max(0, Math.ceil((fromMs - first) / voice.repeatMs));
  const result: number[] = [];
  for (let at = first + n * voice.repeatMs; at < toMs; at += voice.repeatMs) result.push(at);
  return result;
}
