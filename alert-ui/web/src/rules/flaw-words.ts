/**
 * Why a change of a limit is refused, in the reader's language. The platform says it as one English sentence with the numbers in it; the
 * sentences about limits that do not fit together are few, and known here. What is not known stays as it came. Pure.
 */
import { useI18n } from 'vue-i18n';
import { shownUnit } from '../format/unit.ts';

const N = String.raw`(-?[\d.]+(?:e[+-]?\d+)?)`;
/** What follows: at which device or variant it would be so. */
const REST = String.raw`( \(.*\))?`;
const END = 'the end of the range';

export type FlawWord = 'hidden' | 'crossed' | 'deadband' | 'deadbandEnd' | 'reset' | 'range' | 'outside';

const SENTENCES: readonly { readonly word: FlawWord; readonly pattern: RegExp; readonly names: readonly string[] }[] = [
  {
    word: 'hidden',
    pattern: new RegExp(String.raw`^(red|orange|yellow|blue) at ${N} lies behind (\w+) \((red|orange|yellow|blue) at ${N}\)${REST}$`),
    names: ['level', 'at', 'other', 'otherLevel', 'otherAt'],
  },
  {
    word: 'crossed',
    pattern: new RegExp(String.raw`^high ${N} is not above the low limit (\w+) \(${N}\)${REST}$`),
    names: ['at', 'other', 'otherAt'],
  },
  { word: 'deadbandEnd', pattern: new RegExp(`^${N} is not less than the ${N} to ${END}${REST}$`), names: ['deadband', 'room'] },
  {
    word: 'deadband',
    pattern: new RegExp(String.raw`^${N} is not less than the ${N} to (\w+) \(${N}\)${REST}$`),
    names: ['deadband', 'room', 'other', 'otherAt'],
  },
  { word: 'reset', pattern: new RegExp(`^resetBelow ${N} is above the set point ${N}${REST}$`), names: ['reset', 'at'] },
  { word: 'range', pattern: new RegExp(String.raw`^${N} is outside ${N} … ${N} (\S+)${REST}$`), names: ['at', 'from', 'to', 'unit'] },
  {
    word: 'outside',
    pattern: new RegExp(String.raw`^outside the measuring range ${N} … ${N} (\S+)${REST}$`),
    names: ['from', 'to', 'unit'],
  },
];

export interface KnownFlaw {
  readonly word: FlawWord;
  readonly slots: Readonly<Record<string, string>>;
  /** Where it would be so, as it came: ` (device GD-1)`; empty where nothing is said. */
  readonly rest: string;
}

/** Null where the sentence is none of those about limits that do not fit together. */
export function knownFlaw(message: string): KnownFlaw | null {
  for (const { word, pattern, names } of SENTENCES) {
    const found = pattern.exec(message);
    if (found === null) continue;
    const slots = Object.fromEntries(names.map((name, i) => [name, found[i + 1] ?? '']));
    return { word, slots, rest: found[names.length + 1] ?? '' };
  }
  return null;
}

export interface FlawWords {
  /** Of a message alone. */
  message(message: string): string;
  /** Of `path: message`, as a trial that failed tells it: `limits.L1: …` → `L1: …`. */
  detail(detail: string): string;
}

/** For components. */
export function useFlawWords(): FlawWords {
  const { t } = useI18n();
  const message = (text: string): string => {
    const known = knownFlaw(text);
    if (known === null) return text;
    const { level, otherLevel, unit, ...slots } = known.slots;
    const said = {
      ...(unit === undefined ? {} : { unit: shownUnit(unit) }),
      ...(level === undefined ? {} : { level: t(`level.${level}`) }),
      ...(otherLevel === undefined ? {} : { otherLevel: t(`level.${otherLevel}`) }),
    };
    const [, of, id] = /^ \((device|variant) (.*)\)$/.exec(known.rest) ?? [];
    const rest = of === undefined || id === undefined ? known.rest : t(`rules.flaw.at.${of}`, { id });
    return `${t(`rules.flaw.${known.word}`, { ...slots, ...said })}${rest}`;
  };
  return {
    message,
    detail(text) {
      const [, limit, rest] = /^limits\.(\w+): (.+)$/s.exec(text) ?? [];
      return limit === undefined || rest === undefined ? text : `${limit}${t('said.of')}${message(rest)}`;
    },
  };
}
