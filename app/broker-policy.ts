import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { BrokerPolicy, TlsDoor } from '../broker/policy.ts';
import { may } from '../model/access.ts';
import type { Engine } from '../model/engine.ts';
import type { CredentialBook } from '../model/ports/platform.ts';
import { ConfigError, type Config } from './config.ts';

export function readPem(setting: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ConfigError(`${setting}=${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'}); allowed: a PEM file`);
  }
}

/** A file that is no PEM, or a key of another certificate, is told at the start and not at the first handshake. */
export function demandUsable(setting: string, path: string, parts: SecureContextOptions): void {
  try {
    createSecureContext(parts);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`${setting}=${path}: cannot be used (${reason}); allowed: a PEM file, the key being the certificate's`);
  }
}

/** The TLS door as it will be opened; null when none is set. A file that cannot be used is told by name. */
export function tlsDoor(config: Config): TlsDoor | null {
  if (config.mqttsPort === null || config.tlsCert === null || config.tlsKey === null) return null;
  const cert = readPem('BEACON_TLS_CERT', config.tlsCert);
  const key = readPem('BEACON_TLS_KEY', config.tlsKey);
  const ca = config.tlsCa === null ? null : readPem('BEACON_TLS_CA', config.tlsCa);
  demandUsable('BEACON_TLS_CERT', config.tlsCert, { cert });
  demandUsable('BEACON_TLS_KEY', config.tlsKey, { key });
  demandUsable('BEACON_TLS_KEY', config.tlsKey, { cert, key });
  if (ca !== null) demandUsable('BEACON_TLS_CA', config.tlsCa ?? '', { ca });
  return { port: config.mqttsPort, cert, key, ...(ca === null ? {} : { ca }) };
}

/** What the embedded broker is told: doors from the settings, sign-in from the credential book, rights from `may`. */
export function brokerPolicy(
  config: Config,
  parts: { readonly tls: TlsDoor | null; readonly credentials: CredentialBook; readonly engine: Engine },
): BrokerPolicy {
  const { tls, credentials, engine } = parts;
  const devices = engine.view.assets('device');
  const gateways = engine.view.assets('gateway');
  return {
    host: config.host,
    port: config.mqttPort,
    ...(tls === null ? {} : { tls }),
    authenticate(username, password) {
      const checked = credentials.check(username, password);
      if (!checked.ok) {
        // A deleted device's credential is gone with it; its owner is told that, not that the name is unknown.
        const retired = (devices.get(username) ?? gateways.get(username))?.retiredAt ?? null;
        return retired === null ? checked : { ok: false, code: 'CONNECT_RETIRED' };
      }
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
