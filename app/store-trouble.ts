/**
 * The reading store's trouble in its own words, for the log: a platform whose database refuses it goes on ringing, so nothing else would
 * say why its trends stand still. Each kind of trouble is told once, however often it is met; that it is over is told, too.
 */
import type { ServerOptions } from '../alert-ui/server/server.ts';
import type { ProjectorStatus } from '../store/projector/projector.ts';
import type { Config } from './config.ts';

/** A kind that was told is told again only after the store has been well for so long: one that comes and goes must not fill the log. */
const WELL_MS = 60_000;
/** Kinds told of one trouble: words that differ each time are not to fill the log, or memory. The alarm has the latest. */
const KINDS_TOLD = 20;
/** Of the store's words in the system alarm. */
const ALARM_CHARS = 200;

type Credentials = Pick<Config, 'influxToken' | 'influxPassword'>;

/** No server should repeat a secret, and an address may hold one: what is told holds neither. */
export function withoutSecrets(text: string, { influxToken, influxPassword }: Credentials): string {
  let shown = text.replace(/\/\/[^/\s@]*@/g, '//');
  for (const secret of [influxToken, influxPassword]) if (secret !== null) shown = shown.replaceAll(secret, '(hidden)');
  return shown;
}

/** What to look at first; empty where the words of the store say enough. */
function advice(detail: string): string {
  return /\b40[13]\b/.test(detail) ? '; BEACON_INFLUX_USERNAME and _PASSWORD, or _TOKEN, say who we are' : '';
}

/** Told apart by their words; times, counts and ports in them make no other kind. */
const kindOf = (detail: string): string => detail.replace(/\d{4,}|\d+(?:\.\d+)?m?s\b/g, '#');

export interface StoreTrouble {
  /** At every status of the projector. */
  note(status: Pick<ProjectorStatus, 'backoff' | 'detail'>): void;
  /** Of the last status, for the system alarm; null = the store takes readings. */
  now(): string | null;
}

/** @param mono ms, of a clock that never goes back */
export function tellStoreTrouble(log: Pick<ServerOptions['log'], 'warn' | 'info'>, mono: () => number, secrets: Credentials): StoreTrouble {
  const told = new Set<string>();
  let wellSince: number | null = null;
  /** Its beginning was told. */
  let failing = false;
  let trouble: string | null = null;

  return {
    now: () => trouble,
    note({ backoff, detail }) {
      if (backoff === null) {
        trouble = null;
        if (failing) log.info({}, 'the reading store takes readings again');
        failing = false;
        wellSince ??= mono();
        return;
      }
      if (wellSince !== null && mono() - wellSince >= WELL_MS) told.clear();
      wellSince = null;
      const words = withoutSecrets(detail ?? 'no reason known', secrets)
        .replace(/\s+/g, ' ')
        .trim();
      trouble = words.slice(0, ALARM_CHARS);
      if (told.has(kindOf(words)) || told.size >= KINDS_TOLD) return;
      told.add(kindOf(words));
      failing = true;
      log.warn(
        { detail: words },
        `the reading store takes nothing: ${words}${advice(words)}; alarms are not affected, readings wait in the journal`,
      );
    },
  };
}
