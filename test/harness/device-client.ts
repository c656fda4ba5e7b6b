import mqtt, { type MqttClient } from 'mqtt';
import type { MadeDevice } from './api.ts';

/** A device with its own credential on a real MQTT connection. */
export interface DeviceClient {
  readonly client: MqttClient;
  /** Resolves with the PUBACK. */
  telemetry(payload: unknown): Promise<void>;
  publish(topic: string, payload: string | Buffer): Promise<void>;
  close(): Promise<void>;
}

export async function connectDevice(mqttUrl: string, device: MadeDevice, options: mqtt.IClientOptions = {}): Promise<DeviceClient> {
  const client = await mqtt.connectAsync(mqttUrl, {
    username: device.username,
    password: device.password,
    clientId: `c-${device.id}`,
    reconnectPeriod: 0,
    ...options,
  });
  client.on('error', () => undefined);
  async function publish(topic: string, payload: string | Buffer): Promise<void> {
    await client.publishAsync(topic, payload, { qos: 1 });
  }
  return {
    client,
    publish,
    telemetry: (payload) => publish(`beacon/v1/${device.enterprise}/${device.id}/telemetry`, JSON.stringify(payload)),
    close: () => client.endAsync(),
  };
}
