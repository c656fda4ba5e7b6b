import mqtt, { type MqttClient } from 'mqtt';
import { createExternalSource, type ExternalSource } from '../../broker/external/external.ts';
import type { UpstreamLimits, UpstreamSettings } from '../../broker/external/settings.ts';
import type { Clock } from '../../model/ports/clock.ts';
import type { Inbound, RefusedAtDoor } from '../../model/ports/message-source.ts';

/** Waits of the tests: short, and the same at every run. */
export const QUICK: Partial<UpstreamLimits> = { backOffMs: 50, backOffMaxMs: 200, connectTimeoutMs: 2_000 };

export function machineClock(): Clock {
  return {
    now: () => Date.now(),
    mono: () => performance.now(),
    after(delayMs, run) {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
  };
}

export interface ExternalBench {
  readonly source: ExternalSource;
  readonly inbound: Inbound[];
  readonly refused: RefusedAtDoor[];
  /** What a message does on arrival; default: it is kept and acknowledged at once. */
  onMessage: (inbound: Inbound) => void;
}

/** A running source; without `connected: false` it is up when this resolves. */
export async function startExternal(
  settings: Partial<UpstreamSettings> & { readonly url: string },
  options: { readonly connected?: boolean } = {},
): Promise<ExternalBench> {
  const source = createExternalSource({ clientId: 'beacon-test', ...settings, limits: { ...QUICK, ...settings.limits } });
  const bench: ExternalBench = { source, inbound: [], refused: [], onMessage: (inbound) => inbound.ack() };
  await source.start(
    {
      onMessage(inbound) {
        bench.inbound.push(inbound);
        bench.onMessage(inbound);
      },
      onPresence() {},
      onRefused: (line) => bench.refused.push(line),
      onAccepted() {},
    },
    machineClock(),
  );
  if (options.connected !== false) await until(() => source.status().up);
  return bench;
}

/** Looks every few milliseconds; the test's own time limit ends it. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** A client of the broker that publishes and subscribes as devices do. */
export async function deviceClient(url: string, options: mqtt.IClientOptions = {}): Promise<MqttClient> {
  const client = await mqtt.connectAsync(url, { protocolVersion: 5, reconnectPeriod: 100, ...options });
  client.on('error', () => undefined);
  return client;
}

export const telemetryOf = (device: string): string => `beacon/v1/e/${device}/telemetry`;
export const statusOf = (device: string): string => `beacon/v1/e/${device}/status`;
export const textOf = (inbound: Inbound): string => Buffer.from(inbound.payload).toString();
