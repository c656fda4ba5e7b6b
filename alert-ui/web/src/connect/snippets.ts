/** Ready examples for a new device. Pure. Values are quoted for the shell and for JavaScript. */
import type { Profile } from '../../../../model/profile.ts';

export interface Target {
  readonly host: string;
  readonly port: number;
  readonly enterprise: string;
  readonly device: string;
  readonly secret: string;
}

export function telemetryTopic(target: Pick<Target, 'enterprise' | 'device'>): string {
  return `beacon/v1/${target.enterprise}/${target.device}/telemetry`;
}

/** A believable payload: the middle of the lowest tenth of each measurement's range, without alarming where limits are high. */
export function examplePayload(profile: Profile | undefined): string {
  const values: Record<string, number | boolean | string> = {};
  for (const m of (profile?.measurements ?? []).filter((d) => d.optional !== true).slice(0, 4)) {
    const key = m.channels === undefined ? m.key : `${m.key}.1`;
    if (m.valueType === 'number')
      values[key] = exampleNumber(
        m.range,
        m.limits.flatMap((l) => (typeof l.setPoint === 'number' ? [[l.dir, l.setPoint] as const] : [])),
      );
    else if (m.valueType === 'boolean') values[key] = false;
    else values[key] = m.valueType === 'bitmask' ? 0 : 'ok';
  }
  return JSON.stringify(values);
}

function exampleNumber(range: readonly [number, number], limits: readonly (readonly [string, number])[]): number {
  const hi = Math.min(range[1], ...limits.filter(([dir]) => dir === 'hi').map(([, at]) => at));
  const lo = Math.max(range[0], ...limits.filter(([dir]) => dir === 'lo').map(([, at]) => at));
  return Number(((lo + hi) / 2).toPrecision(3));
}

function shell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

export function mosquittoSnippet(target: Target, payload: string): string {
  return [
    `mosquitto_pub -h ${shell(target.host)} -p ${target.port} \\`,
    `  -u ${shell(target.device)} -P ${shell(target.secret)} -q 1 \\`,
    `  -t ${shell(telemetryTopic(target))} \\`,
    `  -m ${shell(payload)}`,
  ].join('\n');
}

export function nodeSnippet(target: Target, payload: string): string {
  return [
    '// npm install mqtt',
    "import mqtt from 'mqtt';",
    '',
    `const client = mqtt.connect(${JSON.stringify(`mqtt://${target.host}:${target.port}`)}, {`,
    `  username: ${JSON.stringify(target.device)},`,
    `  password: ${JSON.stringify(target.secret)},`,
    '});',
    "client.on('connect', async () => {",
    `  const topic = ${JSON.stringify(telemetryTopic(target))};`,
    `  await client.publishAsync(topic, JSON.stringify(${payload}), { qos: 1 });`,
    '  client.end();',
    '});',
    "client.on('error', (error) => console.error(error.message));",
  ].join('\n');
}
