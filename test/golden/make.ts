import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDevices, signIn } from '../harness/api.ts';
import { openBoard } from '../harness/board.ts';
import { connectDevice } from '../harness/device-client.ts';
import { repositoryRoot, startPlatform, temporaryFolder } from '../harness/platform-process.ts';
import { goldenAnswers } from './answers.ts';

/**
 * Makes the golden data folder of a released format, once: `node dist/test/golden/make.js v1`. It is kept for ever; every later version
 * must start from it and give the same answers.
 */
const name = process.argv[2];
if (name === undefined || !/^v\d+$/.test(name)) throw new Error('usage: make.js v<number>');
const target = join(repositoryRoot, 'test/golden', name);
if (existsSync(target)) throw new Error(`${target} exists: a golden folder is never made again`);

const folder = temporaryFolder('golden');
const first = await startPlatform({ dataDir: folder.path });
const api = await signIn(first.httpBase);
const board = await openBoard(api);
const made = await makeDevices(api, 'golden', 'gas.valve.shutoff', ['V-1', 'V-2']);
const gas = await makeDevices(api, 'golden', 'gas.combustible.point.industrial', ['GD-1']);
const clients = await Promise.all([...made, ...gas].map((device) => connectDevice(first.mqttUrl, device)));
const [one, two, three] = clients;
await one?.telemetry({ close_feedback_s: 42 });
await two?.telemetry({ close_feedback_s: 50 });
await two?.telemetry({ close_feedback_s: 1 });
await three?.telemetry({ lel: 61 });
await three?.telemetry({ lel: null });
await board.alarm('gas', (m) => m.alarm.deviceId === 'GD-1' && m.event.type === 'raised');
const slow = await board.alarm('V-1', (m) => m.alarm.deviceId === 'V-1');
await api.post(`/alarms/${slow.alarm.id}/acknowledge`, { comment: 'golden' });
for (const client of clients) await client.close();
board.close();
// One clean stop (a snapshot), then more entries and a kill, so that both a snapshot and a journal tail are in the folder.
await first.stop();
const second = await startPlatform({ dataDir: folder.path });
const again = await signIn(second.httpBase);
const late = await connectDevice(second.mqttUrl, { ...(made[0] ?? { id: '', enterprise: '', username: '', password: '' }) });
await late.telemetry({ close_feedback_s: 2 });
await late.close();
const answers = await goldenAnswers(again);
await second.kill();
mkdirSync(target, { recursive: true });
cpSync(folder.path, join(target, 'data'), { recursive: true, filter: (source) => !source.endsWith('reserve') && !source.includes('/lock') });
writeFileSync(join(target, 'answers.json'), `${JSON.stringify(answers, null, 2)}\n`);
folder.remove();
