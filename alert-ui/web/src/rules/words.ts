/** Parts of rules and limits in words, with their units. For components. */
import { useI18n } from 'vue-i18n';
import type { RuleDifference } from '../../../../model/rule-changes.ts';
import type { RuleScope } from '../../../../model/rule.ts';
import type { Directory } from '../directory/directory.ts';
import { shownNumber } from '../format/number.ts';
import { withUnit } from '../format/unit.ts';
import type { LimitRow } from './limit-rows.ts';
import type { RulePlace } from './place.ts';

export interface RuleWords {
  /** Name of what the place is of; its id where it has no name. */
  place(place: RulePlace): string;
  profile(id: string): string;
  /** Name of a measurement of a profile. */
  measurement(profileId: string | null, key: string | null): string;
  /** A set point with what it compares: `≥ 25 %LEL`. */
  setPoint(limit: LimitRow): string;
  seconds(ms: number): string;
  yesNo(value: boolean): string;
  /** What a path of a rule is called: `parts.setPoint` → set point. */
  path(path: string): string;
  /** A value at such a path. */
  value(path: string, value: unknown, ucum: string | undefined): string;
  difference(one: RuleDifference, ucum: string | undefined): string;
}

const UNITED = new Set(['parts.setPoint', 'parts.deadband', 'parts.resetBelow']);
/** Unit of a contact: it is said in words. */
const BOOLEAN = '{bool}';
const TIMES = new Set(['parts.onDelayMs', 'parts.offDelayMs', 'parts.windowMs']);

export function useRuleWords(directory: Directory): RuleWords {
  const { t, te, locale } = useI18n();
  const named = (one: { readonly zh: string; readonly en: string } | undefined, id: string): string =>
    one === undefined ? id : locale.value === 'zh-CN' ? one.zh : one.en;
  const seconds = (ms: number): string => t('device.seconds', { n: shownNumber(ms / 1000) });
  const yesNo = (value: boolean): string => t(value ? 'rules.yes' : 'rules.no');
  const names: Readonly<Record<RuleScope, (id: string) => string>> = {
    profile: (id) => named(directory.profiles.get(id), id),
    enterprise: (id) => directory.enterprises.get(id)?.name ?? id,
    'hazard-source': (id) => directory.hazardSources.get(id)?.name ?? id,
    device: (id) => directory.device(id)?.name ?? id,
  };

  function value(path: string, said: unknown, ucum: string | undefined): string {
    if (said === null || said === undefined) return t('rules.unsaid');
    if (path === 'parts.level') return t(`level.${String(said)}`);
    if (path === 'parts.onlyWhen' && said === 'none') return t('rules.noCondition');
    if (typeof said === 'boolean') return yesNo(said);
    if (typeof said !== 'number') return String(said);
    if (TIMES.has(path)) return seconds(said);
    return UNITED.has(path) ? withUnit(shownNumber(said), ucum) : shownNumber(said);
  }
  const path = (of: string): string => (te(`rules.path.${of}`) ? t(`rules.path.${of}`) : of);
  return {
    place: ({ scope, id }) => names[scope](id),
    profile: (id) => names.profile(id),
    measurement(profileId, key) {
      if (key === null) return t('rules.severalPoints');
      const def = profileId === null ? undefined : directory.profiles.get(profileId)?.measurements.find((one) => one.key === key);
      if (def?.valueType === 'boolean' && te(`switch.${key}.name`)) return t(`switch.${key}.name`);
      return named(def, key);
    },
    setPoint(limit) {
      if (limit.escalates !== undefined) return t('limits.escalation.of', { code: limit.escalates.of });
      if (limit.dir === 'expr') return `${t('limits.dir.expr')} ${limit.expression ?? ''}`;
      if (limit.setPoint === null && limit.setPointFrom !== undefined) return `${t(`limits.dir.${limit.dir}`)} ${limit.setPointFrom}`;
      if (limit.setPoint === null) return '–';
      if (limit.dir === 'state' && limit.unit === BOOLEAN && typeof limit.setPoint === 'number') {
        const name = te(`switch.${limit.measurement}.on`) ? limit.measurement : 'any';
        return `${t('limits.dir.state')} ${t(`switch.${name}.${limit.setPoint === 0 ? 'off' : 'on'}`)}`;
      }
      if (typeof limit.setPoint === 'string') {
        const bit = /^bit(\d+)$/.exec(limit.setPoint)?.[1];
        return bit === undefined ? t('limits.transition') : t('limits.bit', { n: bit });
      }
      const unit = limit.relative === true || limit.dir === 'state' ? '' : limit.unit;
      return `${t(`limits.dir.${limit.dir}`)} ${withUnit(shownNumber(limit.setPoint), unit)}`;
    },
    seconds,
    yesNo,
    path,
    value,
    difference: (one, ucum) =>
      t('rules.difference', { what: path(one.path), from: value(one.path, one.from, ucum), to: value(one.path, one.to, ucum) }),
  };
}
