import { startPlatform, temporaryFolder } from './harness/platform-process.ts';
import { signIn, eventually, makeDevices } from './harness/api.ts';
import { openBoard } from './harness/board.ts';
import { connectDevice } from './harness/device-client.ts';
import mqtt from 'mqtt';
import { io } from 'socket.io-client';
import { request } from 'node:http';
const dir = temporaryFolder('probe');
let p = await startPlatform({ dataDir: dir.path });
let api = await signIn(p.httpBase);
const show = (n: string, r: any) => console.log('##', n, r.status, JSON.stringify(r.body)?.slice(0, 1500));
const sleep = (ms: number) => new Promise((r) => setTimeout(r, ms));
async function t(n: string, m: string, path: string, body?: unknown, h = {}) { const r = await api.request(m, path, body, h); show(`${n}: ${m} ${path}`, r); return r; }
try {
  const [d1, d2] = await makeDevices(api, 'e1', 'gas.combustible.point.industrial', ['dv1', 'dv2']) as any;
  const board = await openBoard(api); const board2 = await openBoard(api);
  console.log('snapshot', JSON.stringify(board.snapshots[0]));
  const dev = await connectDevice(p.mqttUrl, d1);
  const ws = await connectDevice(p.httpBase.replace('http', 'ws') + '/mqtt', d2);
  board.socket.emit('subscribe', { devices: ['dv1'], enterprises: [] });
  const t0 = Date.now() - 1000;
  await dev.telemetry({ lel: 5 });
  await dev.telemetry({ lel: 30 });
  const m1 = await board.alarm('raised', (m) => m.event.type === 'raised');
  console.log('raised', JSON.stringify(m1));
  const id = m1.alarm.id;
  await dev.telemetry({ lel: 60 });
  const m2 = await board.alarm('level', (m) => m.event.type === 'level-raised' && m.alarm.level === 'red');
  await t('ack stale', 'POST', `/alarms/${id}/acknowledge`, { seen: m1.alarm.seq });
  await t('ack bad', 'POST', `/alarms/${id}/acknowledge`, { seen: 'x' });
  await t('reset now', 'POST', `/alarms/${id}/reset`);
  await t('ack', 'POST', `/alarms/${id}/acknowledge`, { seen: m2.alarm.seq, comment: 'seen' });
  await t('get immediately', 'GET', `/alarms/${id}`);
  await t('ack again', 'POST', `/alarms/${id}/acknowledge`, { seen: m2.alarm.seq });
  await t('ack no body', 'POST', `/alarms/${id}/acknowledge`);
  await t('withdraw', 'POST', `/alarms/${id}/withdraw`);
  await t('list now', 'GET', `/alarms?device=dv1`);
  await t('list open', 'GET', `/alarms?state=open&device=dv1&limit=1`);
  await t('group', 'POST', `/alarms/acknowledge`, { items: [{ id, seen: 1 }, { id: 'x', seen: 2 }], comment: 'g' });
  for (const q of ['level=red', 'level=yellow', 'kind=process', 'kind=fire', 'enterprise=e1', 'enterprise=zz', 'area=zz', 'state=UNACK', 'state=ACKED', `from=${Date.now() + 1000}`, `from=${t0}`]) console.log(q, ((await api.request('GET', `/alarms?${q}`)).body as any).items?.length, ((await api.request('GET', `/alarms?state=open&${q.startsWith('state') ? '' : q}`)).body as any).items?.length);
  const a = await api.get<any>(`/alarms/${id}`);
  await t('group ok', 'POST', `/alarms/acknowledge`, { items: [{ id, seen: a.seq }] });
  await dev.publish('beacon/v1/e1/dv1/telemetry', 'garbage');
  await dev.telemetry({ nope: 3, lel: 60 });
  await dev.telemetry({ ts: Date.now() + 86_400_000, values: { lel: 61 } });
  await sleep(1200);
  await t('latest', 'GET', '/devices/dv1/latest');
  await t('conn', 'GET', '/devices/dv1/connections');
  await t('conn', 'GET', '/devices/dv2/connections');
  await t('ledger', 'GET', '/ledger?device=dv1');
  await t('ledger ref', 'GET', '/ledger?device=dv1&verdict=refused');
  await t('readings', 'GET', '/devices/dv1/readings?measurement=lel');
  await t('readings l2', 'GET', '/devices/dv1/readings?measurement=lel&limit=2');
  await t('readings', 'GET', '/devices/dv1/readings?measurement=lel&maxPoints=5');
  await t('readings', 'GET', `/devices/dv1/readings?measurement=lel&maxPoints=5&from=${t0}&to=${Date.now()}`);
  console.log('board readings', JSON.stringify(board.readings));
  console.log('dev', JSON.stringify(board.devices));
  console.log('hb', JSON.stringify(board.heartbeats.slice(0, 2)));
  // wrong secret
  for (const [u, pw] of [['dv1', 'bad'], ['nobody', 'x'], [d1.password, undefined]] as any) { try { const c = await mqtt.connectAsync(p.mqttUrl, { username: u, ...(pw ? { password: pw } : {}), reconnectPeriod: 0 }); console.log('connected as', u === d1.password ? 'token' : u); await c.endAsync(); } catch (e: any) { console.log('refused', u, e.code, e.message); } }
  await sleep(500);
  await t('conn', 'GET', '/devices/dv1/connections');
  await t('ledger ref', 'GET', '/ledger?verdict=connect-refused');
  // resume
  const first = m1.seq;
  const b3 = await openBoard(api); b3.socket.emit('resume', { epoch: b3.snapshots[0]!.epoch, seq: first }); await sleep(500);
  console.log('resume', b3.snapshots.length, [...b3.alarms, ...b3.devices].sort((x, y) => x.seq - y.seq).map((m: any) => `${m.prev}>${m.seq}`).join(' '));
  const chain = (b: any) => [...b.alarms, ...b.devices].sort((x: any, y: any) => x.seq - y.seq).map((m: any) => `${m.prev}>${m.seq}`).join(' ');
  console.log('b1', board.snapshots[0]!.seq, chain(board)); console.log('b2', board2.snapshots[0]!.seq, chain(board2));
  const oldEpoch = board.snapshots[0]!.epoch;
  for (const how of ['stop', 'kill'] as const) {
    if (how === 'stop') await p.stop(); else await p.kill();
    p = await startPlatform({ dataDir: dir.path });
    api = await signIn(p.httpBase);
    const b4 = await openBoard(api); b4.socket.emit('resume', { epoch: oldEpoch, seq: first }); await sleep(800);
    console.log(how, 'resume', b4.snapshots.length, b4.snapshots.map((s) => s.seq), chain(b4), b4.snapshots[0]!.epoch === oldEpoch);
    b4.socket.emit('resume', { epoch: 'bogus', seq: first }); await sleep(300); console.log('bogus', b4.snapshots.length);
    b4.socket.emit('resume', { epoch: oldEpoch, seq: 99999 }); await sleep(300); console.log('future', b4.snapshots.length);
    b4.socket.emit('resume'); b4.socket.emit('subscribe'); b4.socket.emit('subscribe', 5); await sleep(300); console.log('bad', b4.snapshots.length, b4.socket.connected);
    b4.close();
  }
  await t('get after', 'GET', `/alarms/${id}`);
  // polling
  const poll = io(p.httpBase, { transports: ['polling'], auth: { token: api.token }, reconnection: false }); await new Promise((r) => poll.once('snapshot', r)); console.log('polling ok'); poll.close();
  const bad = io(p.httpBase, { transports: ['websocket'], auth: { token: 'x' }, reconnection: false }); console.log('bad', await new Promise((r) => { bad.once('connect_error', (e) => r(e.message)); bad.once('connect', () => r('CONNECTED')); }));
  const orig = io(p.httpBase, { transports: ['websocket'], auth: { token: api.token }, extraHeaders: { origin: 'http://evil.example' }, reconnection: false }); console.log('evil', await new Promise((r) => { orig.once('connect_error', (e) => r(e.message)); orig.once('connect', () => r('CONNECTED')); }));
  // stray upgrade
  const r = await Promise.race([new Promise((res) => { const q = request(p.httpBase + '/other', { headers: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-version': '13' } }); q.on('response', (x) => res('response ' + x.statusCode)); q.on('upgrade', () => res('upgraded')); q.on('error', (e) => res('error ' + e.message)); q.end(); }), sleep(3000).then(() => 'HANGS')]);
  console.log('stray upgrade', r);
} catch (e) { console.log('FAILED', e); } finally { await p.stop(); console.log(p.stderr().slice(0, 2000)); dir.remove(); process.exit(0); }
