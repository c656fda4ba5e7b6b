import { describe, expect, it } from 'vitest';
import { siteReader } from './read-apart.ts';

function site(devices: number): string {
  const lines = ['beacon-site: 1', 'areas:', '  - {id: a, name: A}', 'enterprises:', '  - {id: e, name: E, areaId: a}', 'devices:'];
  for (let n = 1; n <= devices; n += 1)
    lines.push(`  - {id: gd-${n}, enterpriseId: e, profileId: gas.combustible.commercial, name: 探测器 ${n}}`);
  return `${lines.join('\n')}\n`;
}

describe('a site file that is read beside the main thread', () => {
  it('comes back with its things and their lines, a long one as a short one', async () => {
    const read = siteReader();
    for (const devices of [3, 800]) {
      const found = await read(site(devices));
      if (found?.ok !== true) throw new Error(JSON.stringify(found));
      expect(found.site.file.devices).toHaveLength(devices);
      expect([found.site.lineAt('areas', 0), found.site.lineAt('devices', devices - 1)]).toEqual([3, 6 + devices]);
    }
  });
  it('comes back with its faults and their lines', async () => {
    expect(await siteReader()(`${site(800)}  - {id: gd-1, enterpriseId: e, profileId: gas.combustible.commercial}\n`)).toMatchObject({
      ok: false,
      problems: [{ line: 807, message: 'gd-1 is there twice' }],
    });
  });
  it('leaves the main thread free meanwhile', async () => {
    let turns = 0;
    let reading = true;
    const turn = (): void => {
      turns += 1;
      if (reading) setImmediate(turn);
    };
    setImmediate(turn);
    await siteReader()(site(800));
    reading = false;
    // Read in place there would be one turn or two.
    expect(turns).toBeGreaterThan(20);
  });
  it('is refused while two others are read, and taken again afterwards', async () => {
    const read = siteReader();
    const found = await Promise.all([read(site(800)), read(site(800)), read(site(800))]);
    expect(found.map((one) => one?.ok ?? null)).toEqual([true, true, null]);
    expect((await read(site(800)))?.ok).toBe(true);
  });
});
