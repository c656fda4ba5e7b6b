/** How an alarm is put into words: place, what, state. Shared by rows, details, notices and search. */
import { useI18n } from 'vue-i18n';
import type { Alarm } from '../../../model/alarm.ts';
import type { Value } from '../../../model/reading.ts';
import { pointsBehind } from './desk/gateway.ts';
import type { Directory } from './directory/directory.ts';
import { shownReading } from './format/reading.ts';

export interface Place {
  /** Enterprise, source, device name: may be cut in the middle. */
  readonly path: readonly string[];
  /** The last of `path` is the device's name. */
  readonly named: boolean;
  /** Device id (and channel): never cut. */
  readonly tail: string;
}

export interface Words {
  place(alarm: Alarm): Place;
  what(alarm: Alarm): string;
  /** Name of a measurement in the present language; the key where the profile is not known. */
  measurement(deviceId: string | null, key: string | null): string;
  /** A value of a measurement: a switch and a status word in words, a number by its resolution; without unit. */
  value(deviceId: string | null, key: string | null, value: Value | undefined): string;
  /** A limit as people call it; a code that is a sign of its own (`L2`, `HH`) stays. */
  limit(code: string): string;
  enterprise(id: string | null): string;
  health(code: string): string;
  /** What alarms of a group (`Alarm.groupId`) have in common. */
  group(id: string): string;
  /** One line: level, place, what. */
  line(alarm: Alarm): string;
  /** One line to be spoken: level, where by name, what; the device's number only where it has no name. */
  spoken(alarm: Alarm): string;
  /** Everything a search may find. */
  hay(alarm: Alarm): string;
}

const OF_SOURCE = 'hazard-source:';

/**
 * Status words with a meaning of their own for every bit, by the unit they are declared in: component status and transmission device
 * status of GB/T 26875.3 (types 2 and 21), alarm flags of JT/T 808.
 */
const STATUS_WORDS: Readonly<Record<string, string>> = {
  '{bitmask16}': 'component',
  '{bitmask8}': 'transmitter',
  '{bitmask32}': 'vehicle',
};

type Translate = (key: string, slots?: Readonly<Record<string, string>>) => string;

/** @param t and @param te as of vue-i18n; @param zh whether Chinese is shown now. */
export function createWords(directory: Directory, t: Translate, te: (key: string) => boolean, zh: () => boolean): Words {
  const enterprise = (id: string | null): string => (id === null ? '' : (directory.enterprises.get(id)?.name ?? id));
  const health = (code: string): string => (te(`fault.${code}`) ? t(`fault.${code}`) : code);

  function measurement(deviceId: string | null, key: string | null): string {
    if (key === null) return '';
    const found = directory.measurement(deviceId, key);
    if (found === undefined) return key;
    // A switch says in words how it stands; its name need not explain the figure.
    if (found.valueType === 'boolean' && te(`switch.${key}.name`)) return t(`switch.${key}.name`);
    return zh() ? found.zh : found.en;
  }
  const limit = (code: string): string => (te(`limitName.${code}`) ? t(`limitName.${code}`) : code);
  const value: Words['value'] = (deviceId, key, of) =>
    shownReading(of, directory.measurement(deviceId, key), {
      switched: (name, on) => t(`switch.${te(`switch.${name}.on`) ? name : 'any'}.${on ? 'on' : 'off'}`),
      bits: (set, { ucum }) => {
        const said = `bits.${STATUS_WORDS[ucum] ?? 'any'}`;
        if (set.length === 0) return te(`${said}.none`) ? t(`${said}.none`) : t('bits.none');
        // "Normal" beside a fire or a fault would contradict it: it is said only where nothing else is.
        const telling = set.length > 1 && te(`${said}.none`) ? set.filter(({ bit }) => bit !== 0) : set;
        return telling.map(({ bit, code }) => (code !== null ? limit(code) : bitName(said, bit))).join(t('bits.and'));
      },
    });
  function bitName(said: string, bit: number): string {
    return te(`${said}.${bit}`) ? t(`${said}.${bit}`) : t('bits.bit', { n: String(bit) });
  }
  function place(alarm: Alarm): Place {
    const path: string[] = [];
    if (alarm.enterpriseId !== null) path.push(enterprise(alarm.enterpriseId));
    const source = alarm.hazardSourceId;
    if (source !== null) path.push(directory.hazardSources.get(source)?.name ?? source);
    if (alarm.deviceId === null) return { path, named: false, tail: path.length === 0 ? t('kind.system') : '' };
    // A gateway is no device of the directory: nothing is asked for it.
    const name = pointsBehind(alarm) === null ? directory.device(alarm.deviceId)?.name : undefined;
    const named = name !== undefined && name !== alarm.deviceId;
    if (named) path.push(name);
    return { path, named, tail: alarm.channel === null ? alarm.deviceId : `${alarm.deviceId} #${alarm.channel}` };
  }
  function what(alarm: Alarm): string {
    if (pointsBehind(alarm) !== null) return health('gateway');
    // A rule over several points has no measurement: it is called as the site calls it.
    const joint = alarm.deviceId === null && alarm.measurement === null ? alarm.hazardSourceId : null;
    const given = joint === null ? undefined : directory.jointName(joint, alarm.code);
    if (given !== undefined) return given;
    const name = measurement(alarm.deviceId, alarm.measurement);
    if (alarm.kind === 'process' || alarm.kind === 'fire') return name === '' ? limit(alarm.code) : `${name} ${limit(alarm.code)}`;
    // A limit that stands for a fault says itself what is the matter: "battery charge low".
    if (name !== '' && !te(`fault.${alarm.code}`)) return `${name} ${limit(alarm.code)}`;
    const fault = health(alarm.code);
    return name === '' ? fault : t('what.fault', { name, fault });
  }
  const line = (alarm: Alarm): string => {
    const at = place(alarm);
    return `${t(`level.${alarm.level}`)} ${[...at.path, at.tail].filter((p) => p !== '').join(' › ')} ${what(alarm)}`;
  };
  return {
    place,
    what,
    measurement,
    value,
    limit,
    enterprise,
    health,
    group: (id) => {
      const source = id.startsWith(OF_SOURCE) ? id.slice(OF_SOURCE.length) : null;
      if (source !== null) return directory.hazardSources.get(source)?.name ?? source;
      return t('firstOut.causes', { line: id.slice(id.indexOf('/') + 1) });
    },
    line,
    spoken: (alarm) => {
      const at = place(alarm);
      const channel = alarm.channel === null ? '' : `#${alarm.channel}`;
      const where = at.named ? [...at.path, channel] : [...at.path, at.tail];
      return [t(`level.${alarm.level}`), ...where, what(alarm)].filter((part) => part !== '').join(t('speech.pause'));
    },
    hay: (alarm) => `${line(alarm)} ${alarm.code} ${alarm.enterpriseId ?? ''} ${alarm.measurement ?? ''}`,
  };
}

/** For components. */
export function useWords(directory: Directory): Words {
  const { t, te, locale } = useI18n();
  return createWords(
    directory,
    (key, slots) => t(key, slots ?? {}),
    (key) => te(key),
    () => locale.value === 'zh-CN',
  );
}
