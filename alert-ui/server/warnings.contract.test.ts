import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Level } from '../../model/level.ts';
import { exampleWarning } from '../../model/testing/example-warning.ts';
import type { WarningScope } from '../../model/warning.ts';
import type { WarningMessage, WarningsEvent } from '../protocol/live.ts';
import { type Answered, Served } from './testing/served.ts';

let served: Served;
beforeEach(async () => {
  served = await Served.open();
  const { platform } = served;
  for (const id of ['a', 'b']) platform.enterprise(id, { areaId: 'street' });
  const head = { revision: 1, createdAt: 0, updatedAt: 0, retiredAt: null };
  platform.view.all.area.set('district', { ...head, id: 'district', name: 'district', parentId: null });
  platform.view.all.area.set('street', { ...head, id: 'street', name: 'street', parentId: 'district' });
  for (const [scope, id, enterpriseId, areaId] of [
    ['hazard-source', 'tank-a', 'a', 'street'],
    ['hazard-source', 'tank-b', 'b', 'street'],
    ['enterprise', 'a', 'a', 'street'],
    ['enterprise', 'b', 'b', 'street'],
    ['area', 'street', null, 'street'],
    ['area', 'district', null, 'district'],
  ] as const)
    platform.view.warnings.set(`${scope}:${id}`, exampleWarning(scope, id, enterpriseId, { areaId }));
  await served.account('admin', 'admin');
});
afterEach(async () => {
  await served.close();
});

const ids = (answer: Answered): string[] => (answer.body['items'] as { id: string }[]).map((one) => one.id);
const raise = (scope: WarningScope, id: string, level: Level, ri: number): void => {
  const standing = served.platform.view.warning(`${scope}:${id}`);
  if (standing === undefined) throw new Error(id);
  served.platform.warn({ ...standing, level, ri, state: level === 'blue' ? 'resting' : 'issued', occurrence: 1, issuedAt: 1 }, 'issued');
};

describe('the list', () => {
  it('holds everything, worst first: level, then the wider thing, then the index; page by page the same', async () => {
    raise('hazard-source', 'tank-a', 'red', 95);
    raise('hazard-source', 'tank-b', 'yellow', 45);
    raise('enterprise', 'a', 'red', 91);
    raise('enterprise', 'b', 'yellow', 42);
    raise('area', 'street', 'red', 90);
    const admin = await served.as('admin');
    const all = ['area:street', 'enterprise:a', 'hazard-source:tank-a', 'enterprise:b', 'hazard-source:tank-b', 'area:district'];
    expect(ids(await admin.get('/warnings'))).toEqual(all);
    const paged: string[] = [];
    for (let query = '?limit=2'; query !== ''; ) {
      const page = await admin.get(`/warnings${query}`);
      paged.push(...ids(page));
      query = page.body['next'] === undefined ? '' : `?limit=2&cursor=${String(page.body['next'])}`;
    }
    expect(paged).toEqual(all);
    expect(ids(await admin.get('/warnings?state=issued'))).toEqual(all.slice(0, 5));
    expect(ids(await admin.get('/warnings?state=open&level=yellow'))).toEqual(['enterprise:b', 'hazard-source:tank-b']);
    expect(ids(await admin.get('/warnings?state=resting'))).toEqual(['area:district']);
    expect(ids(await admin.get('/warnings?scope=area'))).toEqual(['area:street', 'area:district']);
    expect(ids(await admin.get('/warnings?enterprise=b'))).toEqual(['enterprise:b', 'hazard-source:tank-b']);
    expect(ids(await admin.get('/warnings?area=district&scope=enterprise'))).toEqual(['enterprise:a', 'enterprise:b']);
    expect((await admin.get('/warnings?cursor=nonsense')).status).toBe(400);
  });

  it('of an enterprise’s people holds its own alone: no area, nobody else’s', async () => {
    await served.account('alice', 'viewer', ['a']);
    await served.account('nobody', 'viewer', []);
    const alice = await served.as('alice');
    expect(ids(await alice.get('/warnings')).sort()).toEqual(['enterprise:a', 'hazard-source:tank-a']);
    expect(ids(await alice.get('/warnings?enterprise=b'))).toEqual([]);
    expect(ids(await (await served.as('nobody')).get('/warnings'))).toEqual([]);
    expect((await alice.get('/warnings/area:street')).status).toBe(404);
    expect((await alice.get('/warnings/enterprise:b')).status).toBe(404);
    raise('hazard-source', 'tank-b', 'red', 90);
    served.platform.warn(exampleWarning('hazard-source', 'tank-b', 'b', { occurrence: 1 }), 'lifted', 'red');
    expect(ids(await alice.get('/warnings?state=lifted'))).toEqual([]);
    expect(ids(await (await served.as('admin')).get('/warnings?state=lifted'))).toEqual(['hazard-source:tank-b']);
  });

  it('one warning comes with its break-down and its history', async () => {
    raise('hazard-source', 'tank-a', 'red', 90);
    const answer = await (await served.as('admin')).get('/warnings/hazard-source:tank-a');
    expect(answer.body).toMatchObject({ level: 'red', ri: 90, events: [{ type: 'issued', level: 'red', previous: 'blue' }] });
    expect(answer.body['factors']).toMatchObject([
      { name: 'worst-alarm', x: null },
      { name: 'offline', contribution: 0.175 },
      { name: 'weather' },
    ]);
  });
});

describe('a factor', () => {
  const said = () => ({ value: 1, until: served.platform.clock.now() + 60_000, comment: 'hot work at 3' });

  it.each([
    ['admin', null, 200, 200, 200, 200],
    ['operator', null, 200, 200, 200, 200],
    ['admin', ['a'], 200, 403, 404, 404],
    ['operator', ['a'], 200, 403, 404, 404],
    ['viewer', null, 403, 403, 403, 403],
    ['viewer', ['a'], 403, 403, 404, 404],
  ] as const)(
    '%s of %s: special work at its own %i, weather there %i; special work elsewhere %i, weather of an area %i',
    async (role, enterprises, own, weather, elsewhere, area) => {
      await served.account('alice', role, enterprises);
      const alice = await served.as('alice');
      expect((await alice.send('PUT', '/hazard-sources/tank-a/factors/special-work', said())).status).toBe(own);
      expect((await alice.send('PUT', '/enterprises/a/factors/weather', said())).status).toBe(weather);
      expect((await alice.send('PUT', '/hazard-sources/tank-b/factors/special-work', said())).status).toBe(elsewhere);
      expect((await alice.send('PUT', '/areas/street/factors/weather', said())).status).toBe(area);
    },
  );

  it('answers with the warning after it, is audited with what was said, and is taken back', async () => {
    const admin = await served.as('admin');
    const answer = await admin.send('PUT', '/enterprises/a/factors/weather', {
      value: 0.5,
      until: new Date(served.platform.clock.now() + 60_000).toISOString(),
    });
    expect([answer.status, answer.body['id']]).toEqual([200, 'enterprise:a']);
    expect(answer.body['factors']).toMatchObject([{}, {}, { name: 'weather', x: 0.5 }]);
    expect(served.platform.records.auditRows.at(-1)).toMatchObject({ by: 'admin', action: 'enterprise.factor.set', outcome: 'ok' });
    expect(served.platform.records.auditRows.at(-1)?.detail).toMatch(/^weather 0\.5 until \d+$/);
    const gone = await admin.send('DELETE', '/enterprises/a/factors/weather');
    expect(gone.body['factors']).toMatchObject([{}, {}, { name: 'weather', x: null }]);
  });

  it.each([
    [{ value: 2, until: 9e14 }, 400],
    [{ value: -1, until: 9e14 }, 400],
    [{ value: 1 }, 400],
    [{ value: 1, until: 1 }, 422],
    [{ value: 1, until: 9e14, colour: 'red' }, 400],
  ])('%j is refused', async (body, status) => {
    expect((await (await served.as('admin')).send('PUT', '/enterprises/a/factors/weather', body)).status).toBe(status);
  });

  it('with another name, or of what is not there, is none', async () => {
    const admin = await served.as('admin');
    expect((await admin.send('PUT', '/enterprises/a/factors/worst-alarm', said())).status).toBe(400);
    expect((await admin.send('PUT', '/enterprises/x/factors/weather', said())).status).toBe(404);
  });
});

describe('live', () => {
  const heard = async (
    token: string,
  ): Promise<{ pictures: WarningsEvent[]; told: WarningMessage[]; ask: () => void; alarms: number[][] }> => {
    const socket = served.live({ token });
    const pictures: WarningsEvent[] = [];
    const told: WarningMessage[] = [];
    const alarms: number[][] = [];
    socket.on('warnings', (body: WarningsEvent) => pictures.push(body));
    socket.on('warning', (body: WarningMessage) => told.push(body));
    socket.on('alarm', (body: { seq: number; prev: number }) => alarms.push([body.prev, body.seq]));
    socket.connect();
    await expect.poll(() => pictures.length).toBe(1);
    return { pictures, told, ask: () => socket.emit('resume-warnings'), alarms };
  };

  it('a picture with the snapshot, then every event with numbers of its own; alarms have no hole', async () => {
    raise('hazard-source', 'tank-b', 'yellow', 45);
    const board = await heard(await (await served.as('admin')).token());
    expect(board.pictures[0]).toMatchObject({ epoch: 'epoch-1', seq: 1, items: [{ id: 'hazard-source:tank-b', level: 'yellow' }] });
    served.platform.raise(served.platform.alarm('1-0', 'a'));
    raise('hazard-source', 'tank-a', 'red', 90);
    raise('area', 'street', 'red', 90);
    served.platform.raise(served.platform.alarm('2-0', 'a'));
    await expect.poll(() => board.told.length).toBe(2);
    await expect
      .poll(() => board.alarms)
      .toEqual([
        [0, 1],
        [1, 2],
      ]);
    expect(board.told.map(({ seq, prev, warning, event }) => [seq, prev, warning.id, event.type])).toEqual([
      [2, 1, 'hazard-source:tank-a', 'issued'],
      [3, 2, 'area:street', 'issued'],
    ]);
    board.ask();
    await expect.poll(() => board.pictures.length).toBe(2);
    expect(board.pictures[1]).toMatchObject({ seq: 3 });
    expect(board.pictures[1]?.items.map((one) => one.id)).toEqual(['area:street', 'hazard-source:tank-a', 'hazard-source:tank-b']);
  });

  it('an enterprise’s people hear of their own, and their numbers say so', async () => {
    await served.account('alice', 'viewer', ['a']);
    const alice = await heard(await (await served.as('alice')).token());
    raise('hazard-source', 'tank-b', 'red', 90);
    raise('area', 'street', 'red', 90);
    raise('hazard-source', 'tank-a', 'red', 90);
    raise('enterprise', 'a', 'red', 90);
    await expect.poll(() => alice.told.length).toBe(2);
    expect(alice.told.map(({ seq, prev, warning }) => [seq, prev, warning.id])).toEqual([
      [3, 0, 'hazard-source:tank-a'],
      [4, 3, 'enterprise:a'],
    ]);
  });
});
