import { createExternalSource, type ExternalSource } from '../broker/external/external.ts';
import type { UpstreamSettings } from '../broker/external/settings.ts';
import type { Clock } from '../model/ports/clock.ts';
import type { MessageSource } from '../model/ports/message-source.ts';
import { demandUsable, readPem } from './broker-policy.ts';
import type { Config } from './config.ts';
import type { MetricFacts } from './metrics.ts';
import type { SystemFacts } from './system-watch.ts';

/** What the client of the external broker is told; null when none is set. A file that cannot be used is told at the start. */
export function upstreamSettings(config: Config): UpstreamSettings | null {
  if (config.upstreamUrl === null) return null;
  const ca = config.upstreamCa === null ? null : readPem('BEACON_UPSTREAM_CA', config.upstreamCa);
  if (ca !== null) demandUsable('BEACON_UPSTREAM_CA', config.upstreamCa ?? '', { ca });
  return {
    url: config.upstreamUrl,
    clientId: config.upstreamClientId,
    ...(config.upstreamUsername === null ? {} : { username: config.upstreamUsername }),
    ...(config.upstreamPassword === null ? {} : { password: config.upstreamPassword }),
    ...(ca === null ? {} : { ca }),
    ...ownCertificate(config),
    ...(config.upstreamShare === null ? {} : { share: config.upstreamShare }),
  };
}

function ownCertificate(config: Config): Pick<UpstreamSettings, 'cert' | 'key'> {
  if (config.upstreamCert === null || config.upstreamKey === null) return {};
  const cert = readPem('BEACON_UPSTREAM_CERT', config.upstreamCert);
  const key = readPem('BEACON_UPSTREAM_KEY', config.upstreamKey);
  demandUsable('BEACON_UPSTREAM_CERT', config.upstreamCert, { cert });
  demandUsable('BEACON_UPSTREAM_KEY', config.upstreamKey, { cert, key });
  return { cert, key };
}

export interface UpstreamLog {
  info(detail: object, message: string): void;
  warn(detail: object, message: string): void;
}

/** The external broker's client, not started yet; null when none is set. */
export function openUpstream(settings: UpstreamSettings | null, log: UpstreamLog): ExternalSource | null {
  if (settings === null) return null;
  return createExternalSource(settings, {
    onChange({ up, trouble, sessionsLost }) {
      if (up) log.info({ url: settings.url, sessionsLost }, 'the external broker is reached');
      else log.warn({ url: settings.url, trouble }, 'the external broker is out of reach');
    },
  });
}

/** What the system watch asks. Before the start nothing can be told, so it has been down for no time yet. */
export function upstreamFacts(upstream: ExternalSource | null, clock: Clock): SystemFacts['upstream'] {
  if (upstream === null) return null;
  const { up, sinceMono, trouble } = upstream.status();
  return { up, downMs: up || sinceMono === null ? 0 : clock.mono() - sinceMono, trouble };
}

export function upstreamMetrics(
  upstream: ExternalSource | null,
): Pick<
  MetricFacts,
  'upstreamUp' | 'upstreamInFlight' | 'upstreamHeld' | 'upstreamRedelivered' | 'upstreamDropped' | 'upstreamSessionsLost'
> {
  const status = upstream?.status();
  return {
    upstreamUp: status === undefined ? Number.NaN : Number(status.up),
    upstreamInFlight: status?.inFlight ?? 0,
    upstreamHeld: status?.held ?? 0,
    upstreamRedelivered: status?.redelivered ?? 0,
    upstreamDropped: status?.dropped ?? 0,
    upstreamSessionsLost: status?.sessionsLost ?? 0,
  };
}

/** Our own doors and the external broker as one source; a command goes to whichever the device listens on. */
export function joinSources(own: MessageSource, upstream: MessageSource): MessageSource {
  return {
    async start(handlers, clock) {
      await own.start(handlers, clock);
      await upstream.start(handlers, clock);
    },
    pause() {
      own.pause();
      upstream.pause();
    },
    resume() {
      own.resume();
      upstream.resume();
    },
    send: async (enterprise, device, payload) =>
      (await own.send(enterprise, device, payload)) || (await upstream.send(enterprise, device, payload)),
    disconnect(credential) {
      own.disconnect(credential);
      upstream.disconnect(credential);
    },
    async stop() {
      await Promise.all([own.stop(), upstream.stop()]);
    },
  };
}
