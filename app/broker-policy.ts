import { readFileSync } from 'node:fs';
import type { BrokerPolicy, TlsDoor } from '../broker/policy.ts';
import { may } from '../model/access.ts';
import type { Engine } from '../model/engine.ts';
import type { CredentialBook } from '../model/ports/platform.ts';
import { ConfigError, type Config } from './config.ts';

function readPem(setting: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ConfigError(`${setting}=${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'}); allowed: a PEM file`);
  }
}

function tlsDoor(config: Config): TlsDoor | null {
  if (config.mqttsPort === null || config.tlsCert === null || config.tlsKey === null) return null;
  return {
    port: config.mqttsPort,
    cert: readPem('BEACON_TLS_CERT', config.tlsCert),
    key: readPem('BEACON_TLS_KEY', config.tlsKey),
    ...(config.tlsCa === null ? {} : { ca: readPem('BEACON_TLS_CA', config.tlsCa) }),
  };
}

/** What the embedded broker is told: doors from the settings, sign-in from the credential book, rights from `may`. */
export function brokerPolicy(config: Config, parts: { readonly credentials: CredentialBook; readonly engine: Engine }): BrokerPolicy {
  const { credentials, engine } = parts;
  const devices = engine.view.assets('device');
  const gateways = engine.view.assets('gateway');
  const tls = tlsDoor(config);
  return {
    host: config.host,
    port: config.mqttPort,
    ...(tls === null ? {} : { tls }),
    authenticate(username, password) {
      const checked = credentials.check(username, password);
      if (!checked.ok) return checked;
      const { row } = checked;
      const owner = row.kind === 'device' ? devices.get(row.id) : gateways.get(row.id);
      if (owner === undefined || owner.retiredAt !== null) return { ok: false, code: 'CONNECT_RETIRED' };
      // Where the device belongs is the fold's word: it may have moved since its secret was made.
      return { ok: true, credential: row.id, kind: row.kind, enterprise: owner.enterpriseId };
    },
    may,
    heartbeatMs(publisher) {
      const device = publisher.device === null ? undefined : devices.get(publisher.device);
      if (device === undefined) return null;
      return device.heartbeatMs ?? engine.view.catalogue?.profiles.find((profile) => profile.id === device.profileId)?.heartbeatMs ?? null;
    },
  };
}
