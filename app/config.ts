import { readFileSync } from 'node:fs';
import { parse as parseYaml, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { parseShiftPlan, USUAL_SHIFTS } from '../model/shift.ts';
import { nearest } from '../model/nearest.ts';

/**
 * Settings are parsed once, here: schema, default, unit, description and environment name side by side. The environment wins
 * over the YAML file named by BEACON_CONFIG. The rest of the program receives one frozen object.
 */

/** Digits alone: an empty text, `true` or `0x10` are mistakes, not numbers. */
const wholeNumber = z.union([
  z.number(),
  z
    .string()
    .trim()
    .regex(/^\d{1,9}$/)
    .transform(Number),
]);
const port = wholeNumber.pipe(z.number().int().min(0).max(65535));
const file = z.string().min(1);
const mqttName = z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/);

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** `512MB`, `10G`, `1073741824` are decimal, `2GiB` is binary; a capital or a small letter makes no difference. */
function parseBytes(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*(?:([kmgt])(i?))?(b?)$/i.exec(text.trim());
  if (match === null) return null;
  const [, number, prefix = '', binary = ''] = match;
  const power = ['', 'k', 'm', 'g', 't'].indexOf(prefix.toLowerCase());
  return Math.round(Number(number) * (binary === '' ? 1_000 : 1_024) ** power);
}

interface Setting<T> {
  readonly env: string;
  readonly key: string;
  readonly schema: z.ZodType<T>;
  readonly allowed: string;
  readonly fallback: T;
  readonly secret?: true;
  readonly about: string;
}

function setting<T>(
  env: string,
  key: string,
  schema: z.ZodType<T>,
  fallback: T,
  allowed: string,
  about: string,
  secret?: true,
): Setting<T> {
  return { env, key, schema, fallback, allowed, about, ...(secret ? { secret } : {}) };
}

/** Bytes, as a number or with a unit. */
const byteSize = z.union([
  z.number().int().min(1e6),
  z.string().transform((text, context) => {
    const bytes = parseBytes(text);
    if (bytes === null || bytes < 1e6) {
      context.addIssue({ code: 'custom', message: 'size' });
      return z.NEVER;
    }
    return bytes;
  }),
]);

const optionalFile = file.nullable();
/** An address with a host and without name and password. `abort`: what follows would be asked about text that is no address at all. */
const bareAddress = (protocol: RegExp) =>
  z
    .url({ protocol, hostname: /./, abort: true })
    .refine((url) => new URL(url).username === '' && new URL(url).password === '')
    .nullable();
const ownAddress = bareAddress(/^https?$/);
export const SETTINGS = {
  host: setting('BEACON_HOST', 'host', z.string().min(1), '127.0.0.1', 'an address of this machine', 'address the doors bind to'),
  httpPort: setting(
    'BEACON_HTTP_PORT',
    'httpPort',
    port,
    3000,
    '0 to 65535 (0 = any free port)',
    'port of HTTP, Socket.IO and MQTT over WebSocket',
  ),
  mqttPort: setting('BEACON_MQTT_PORT', 'mqttPort', port, 1883, '0 to 65535 (0 = any free port)', 'port of MQTT over TCP'),
  mqttsPort: setting('BEACON_MQTTS_PORT', 'mqttsPort', port.nullable(), null, '0 to 65535', 'port of MQTT over TLS; unset = off'),
  tlsCert: setting('BEACON_TLS_CERT', 'tlsCert', optionalFile, null, 'a PEM file', 'certificate of the TLS doors'),
  tlsKey: setting('BEACON_TLS_KEY', 'tlsKey', optionalFile, null, 'a PEM file', 'key of the TLS doors'),
  tlsCa: setting('BEACON_TLS_CA', 'tlsCa', optionalFile, null, 'a PEM file', 'turns client certificates on'),
  dataDir: setting('BEACON_DATA_DIR', 'dataDir', z.string().min(1), './data', 'a folder', 'everything that must survive'),
  adminPassword: setting(
    'BEACON_ADMIN_PASSWORD',
    'adminPassword',
    z.string().min(1).max(256).nullable(),
    null,
    '1 to 256 characters',
    'password of admin at the first start',
    true,
  ),
  influxUrl: setting(
    'BEACON_INFLUX_URL',
    'influxUrl',
    z.url({ protocol: /^https?$/ }).nullable(),
    null,
    'an http:// or https:// address',
    'InfluxDB; unset = embedded store',
  ),
  influxDatabase: setting(
    'BEACON_INFLUX_DATABASE',
    'influxDatabase',
    z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/),
    'beacon',
    '1 to 64 letters, digits, _ . -',
    'database of the readings',
  ),
  influxToken: setting(
    'BEACON_INFLUX_TOKEN',
    'influxToken',
    z.string().min(1).nullable(),
    null,
    'a token',
    'token (InfluxDB 2 and 3)',
    true,
  ),
  influxUsername: setting('BEACON_INFLUX_USERNAME', 'influxUsername', z.string().min(1).nullable(), null, 'a name', 'user (InfluxDB 1)'),
  influxPassword: setting(
    'BEACON_INFLUX_PASSWORD',
    'influxPassword',
    z.string().min(1).nullable(),
    null,
    'a password',
    'password (InfluxDB 1)',
    true,
  ),
  upstreamUrl: setting(
    'BEACON_UPSTREAM_URL',
    'upstreamUrl',
    bareAddress(/^(mqtts?|wss?)$/),
    null,
    'an mqtt://, mqtts://, ws:// or wss:// address without name and password',
    'external MQTT 5 broker whose devices are listened to as well; unset = none',
    // Somebody may have put a password into it all the same.
    true,
  ),
  upstreamClientId: setting(
    'BEACON_UPSTREAM_CLIENT_ID',
    'upstreamClientId',
    mqttName,
    'beacon-tower',
    '1 to 64 letters, digits, _ . -',
    'client id there; one for each installation, and never changed: the broker keeps what comes in meanwhile under it',
  ),
  upstreamUsername: setting(
    'BEACON_UPSTREAM_USERNAME',
    'upstreamUsername',
    z.string().min(1).nullable(),
    null,
    'a name',
    'user of the external broker',
  ),
  upstreamPassword: setting(
    'BEACON_UPSTREAM_PASSWORD',
    'upstreamPassword',
    z.string().min(1).nullable(),
    null,
    'a password',
    'password there',
    true,
  ),
  upstreamCa: setting('BEACON_UPSTREAM_CA', 'upstreamCa', optionalFile, null, 'a PEM file', 'authority of its certificate'),
  upstreamCert: setting('BEACON_UPSTREAM_CERT', 'upstreamCert', optionalFile, null, 'a PEM file', 'our own certificate there'),
  upstreamKey: setting('BEACON_UPSTREAM_KEY', 'upstreamKey', optionalFile, null, 'a PEM file', 'key of that certificate'),
  upstreamShare: setting(
    'BEACON_UPSTREAM_SHARE',
    'upstreamShare',
    mqttName.nullable(),
    null,
    '1 to 64 letters, digits, _ . -',
    'group of a shared subscription; unset = a subscription of our own',
  ),
  webhookUrl: setting(
    'BEACON_WEBHOOK_URL',
    'webhookUrl',
    ownAddress,
    null,
    'an http:// or https:// address without name and password',
    'every alarm event and warnings are sent there, signed; unset = none',
    // Addresses of such services are secrets themselves.
    true,
  ),
  webhookSecret: setting(
    'BEACON_WEBHOOK_SECRET',
    'webhookSecret',
    z
      .string()
      .min(24)
      .refine((text) => !text.startsWith('whsec_') || /^whsec_[A-Za-z0-9+/]{32,}={0,2}$/.test(text))
      .nullable(),
    null,
    'at least 24 characters, or whsec_ and at least 24 bytes in Base64',
    'what the events are signed with',
    true,
  ),
  webhookWarnings: setting(
    'BEACON_WEBHOOK_WARNINGS',
    'webhookWarnings',
    z.enum(['red', 'orange', 'yellow', 'none']),
    'orange',
    'red, orange, yellow or none',
    'warnings of this level and worse are sent to the webhook',
  ),
  deadmanUrl: setting(
    'BEACON_DEADMAN_URL',
    'deadmanUrl',
    ownAddress,
    null,
    'an http:// or https:// address without name and password',
    'heartbeats go there while all is well; unset = none',
    true,
  ),
  deadmanSeconds: setting(
    'BEACON_DEADMAN_SECONDS',
    'deadmanSeconds',
    wholeNumber.pipe(z.number().int().min(5).max(3_600)),
    60,
    '5 to 3600',
    'time between two heartbeats',
  ),
  journalMax: setting(
    'BEACON_JOURNAL_MAX',
    'journalMax',
    byteSize.nullable(),
    null,
    'a size of at least 1MB, such as 500MB, 20GB or 20GiB',
    'most the journal may take; default half of the free disk',
  ),
  archiveDays: setting(
    'BEACON_ARCHIVE_DAYS',
    'archiveDays',
    wholeNumber.pipe(z.number().int().min(0).max(36_500)),
    35,
    '0 to 36500',
    'days the journal is kept packed, for backtests; 0 = not at all',
  ),
  archiveMax: setting(
    'BEACON_ARCHIVE_MAX',
    'archiveMax',
    byteSize.nullable(),
    null,
    'a size of at least 1MB, such as 500MB, 20GB or 20GiB',
    'most the archive may take, oldest given up first; default a tenth of the free disk',
  ),
  rawDays: setting(
    'BEACON_RAW_DAYS',
    'rawDays',
    wholeNumber.pipe(z.number().int().min(1).max(36_500)),
    90,
    '1 to 36500',
    'days raw readings are kept',
  ),
  minuteDays: setting(
    'BEACON_MINUTE_DAYS',
    'minuteDays',
    wholeNumber.pipe(z.number().int().min(1).max(36_500)),
    400,
    '1 to 36500',
    'days the roll-ups of a minute are kept, never less than the raw readings',
  ),
  hourDays: setting(
    'BEACON_HOUR_DAYS',
    'hourDays',
    wholeNumber.pipe(z.number().int().min(1).max(36_500)),
    3_660,
    '1 to 36500',
    'days the roll-ups of an hour are kept, never less than those of a minute',
  ),
  timeZone: setting(
    'BEACON_TIME_ZONE',
    'timeZone',
    z.string().refine(isTimeZone),
    'Asia/Shanghai',
    'an IANA time zone',
    'shifts, days and business hours',
  ),
  shifts: setting(
    'BEACON_SHIFTS',
    'shifts',
    z.string().transform((text, context) => {
      const plan = parseShiftPlan(text);
      if (plan !== null) return plan;
      context.addIssue({ code: 'custom', message: 'plan' });
      return z.NEVER;
    }),
    parseShiftPlan(USUAL_SHIFTS) ?? [],
    `1 to 12 names, each with its start, an hour apart at least, such as ${USUAL_SHIFTS}`,
    'when shifts change, in BEACON_TIME_ZONE',
  ),
  logLevel: setting(
    'BEACON_LOG_LEVEL',
    'logLevel',
    z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    'info',
    'fatal, error, warn, info, debug, trace or silent',
    'what is logged, to stderr',
  ),
} as const;

export type Config = Readonly<{ [K in keyof typeof SETTINGS]: (typeof SETTINGS)[K] extends Setting<infer T> ? T : never }>;

/** A wrong setting: one line for the person who started us. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** BEACON_ names that are ours but no settings of the platform. */
const OTHER_NAMES = new Set(['BEACON_CONFIG', 'BEACON_RECORDINGS']);

function readFile(path: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(
      `BEACON_CONFIG=${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'}); allowed: a readable YAML file`,
    );
  }
  let value: unknown;
  try {
    value = parseYaml(text);
  } catch (error) {
    // Beside its own errors the parser throws plain ones: aliases that multiply (ReferenceError), nesting beyond the stack (RangeError).
    const line = error instanceof YAMLParseError ? error.linePos?.[0].line : undefined;
    const why = error instanceof YAMLParseError ? error.code : error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    throw new ConfigError(
      `BEACON_CONFIG=${path}${line === undefined ? '' : ` line ${line}`}: not YAML (${why}); allowed: "name: value" lines`,
    );
  }
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value))
    throw new ConfigError(`BEACON_CONFIG=${path}: holds no "name: value" lines; allowed: a YAML mapping`);
  return value as Record<string, unknown>;
}

function shown(definition: { readonly secret?: true }, value: unknown): string {
  return definition.secret ? '(hidden)' : String(JSON.stringify(value)).slice(0, 100);
}

/**
 * Reads and checks every setting. Throws a {@link ConfigError} whose message is one line with the key, the value and what is allowed.
 * Keys of the YAML file are the environment names or the short names (`httpPort`); an unknown one is an error.
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): {
  readonly config: Config;
  readonly warnings: readonly string[];
} {
  const path = env['BEACON_CONFIG'];
  const fromFile = path === undefined || path === '' ? {} : readFile(path);
  const definitions = Object.values(SETTINGS);
  const known = new Set(definitions.flatMap((d) => [d.env, d.key]));
  for (const key of Object.keys(fromFile)) {
    if (!known.has(key)) throw new ConfigError(`${key} in ${path}: no such setting; allowed: ${definitions.map((d) => d.key).join(', ')}`);
  }
  const result: Record<string, unknown> = {};
  for (const definition of definitions) {
    const fromEnv = env[definition.env];
    const isFromEnv = fromEnv !== undefined && fromEnv !== '';
    const raw = isFromEnv ? fromEnv : (fromFile[definition.env] ?? fromFile[definition.key]);
    if (raw === undefined || raw === null) {
      result[definition.key] = definition.fallback;
      continue;
    }
    const parsed = definition.schema.safeParse(raw);
    if (!parsed.success) {
      // The key as it was written, so that a search for it ends where it has to be changed.
      const written = isFromEnv || Object.hasOwn(fromFile, definition.env) ? definition.env : definition.key;
      const where = isFromEnv ? '' : ` in ${path}`;
      throw new ConfigError(`${written}=${shown(definition, raw)}${where}: not allowed; allowed: ${definition.allowed}`);
    }
    result[definition.key] = parsed.data;
  }
  const config = Object.freeze(result) as Config;
  checkTogether(config);
  const unknown = Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && !known.has(name) && !OTHER_NAMES.has(name))
    .map(
      (name) =>
        `${name}: no such setting, ignored${meant(
          name,
          definitions.map((d) => d.env),
        )}`,
    );
  return { config, warnings: [...unknown, ...shorterThanBefore(config)] };
}

/** What is kept is at least as long as what it is made of (`keptDays`): a shorter setting is lengthened, and that is said. */
function shorterThanBefore(config: Config): readonly string[] {
  const { rawDays, minuteDays, hourDays } = keptDays(config);
  const warnings: string[] = [];
  if (config.minuteDays < minuteDays)
    warnings.push(`BEACON_MINUTE_DAYS=${config.minuteDays}: less than BEACON_RAW_DAYS=${rawDays}; minutes are kept for ${minuteDays} days`);
  if (config.hourDays < hourDays)
    warnings.push(
      `BEACON_HOUR_DAYS=${config.hourDays}: less than the ${minuteDays} days that minutes are kept; hours are kept for ${hourDays} days`,
    );
  return warnings;
}

/** Days that raw readings, minutes and hours are kept in force: each at least as long as the one before. */
export function keptDays(config: Pick<Config, 'rawDays' | 'minuteDays' | 'hourDays'>): {
  readonly rawDays: number;
  readonly minuteDays: number;
  readonly hourDays: number;
} {
  const minuteDays = Math.max(config.rawDays, config.minuteDays);
  return { rawDays: config.rawDays, minuteDays, hourDays: Math.max(minuteDays, config.hourDays) };
}

const PREFIX = 'BEACON_';

/** The setting that an unknown name is nearest to; the part that all have in common makes nothing near. */
function meant(name: string, known: readonly string[]): string {
  const found = nearest(
    name.slice(PREFIX.length),
    known.map((one) => one.slice(PREFIX.length)),
  );
  return found === null ? '' : `; did you mean ${PREFIX}${found}?`;
}

function checkTogether(config: Config): void {
  if (config.mqttsPort !== null && (config.tlsCert === null || config.tlsKey === null)) {
    throw new ConfigError(`BEACON_MQTTS_PORT=${config.mqttsPort}: needs BEACON_TLS_CERT and BEACON_TLS_KEY; allowed: all three or none`);
  }
  if (config.mqttsPort === null) {
    // Nothing would look at the files: who set them takes the door for open.
    const given = (['tlsCert', 'tlsKey', 'tlsCa'] as const).find((key) => config[key] !== null);
    if (given !== undefined) {
      throw new ConfigError(
        `${SETTINGS[given].env}=${config[given]}: needs BEACON_MQTTS_PORT; allowed: port, certificate and key, or none of them`,
      );
    }
  }
  if ((config.webhookUrl === null) !== (config.webhookSecret === null)) {
    const given = config.webhookUrl === null ? 'BEACON_WEBHOOK_SECRET' : 'BEACON_WEBHOOK_URL';
    throw new ConfigError(`${given}=(hidden): needs its other half; allowed: BEACON_WEBHOOK_URL and _SECRET or neither`);
  }
  if (config.upstreamPassword !== null && config.upstreamUsername === null) {
    throw new ConfigError('BEACON_UPSTREAM_PASSWORD=(hidden): needs BEACON_UPSTREAM_USERNAME; allowed: both, or the name alone');
  }
  if ((config.upstreamCert === null) !== (config.upstreamKey === null)) {
    const given = config.upstreamCert === null ? 'BEACON_UPSTREAM_KEY' : 'BEACON_UPSTREAM_CERT';
    throw new ConfigError(
      `${given}=${config.upstreamCert ?? config.upstreamKey}: needs its other half; allowed: BEACON_UPSTREAM_CERT and _KEY or neither`,
    );
  }
  if (config.influxToken !== null && config.influxUsername !== null) {
    throw new ConfigError('BEACON_INFLUX_TOKEN=(hidden): given together with BEACON_INFLUX_USERNAME; allowed: one of them');
  }
  if (config.influxUsername !== null && config.influxPassword === null) {
    throw new ConfigError(
      `BEACON_INFLUX_USERNAME=${JSON.stringify(config.influxUsername)}: needs BEACON_INFLUX_PASSWORD; allowed: both or neither`,
    );
  }
  if (config.influxPassword !== null && config.influxUsername === null) {
    throw new ConfigError('BEACON_INFLUX_PASSWORD=(hidden): needs BEACON_INFLUX_USERNAME; allowed: both or neither');
  }
}
