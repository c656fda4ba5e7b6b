/** Stored readings as a table for people who calculate with them: page after page as the reader takes them, so that a year costs no memory. */
import { z } from 'zod';
import type { RangeQuery, RollUpUnit } from '../../../model/ports/reading-store.ts';
import type { Platform } from '../../../model/ports/platform.ts';
import { type Cell, csvLine } from '../http/csv.ts';
import { type Route, route } from '../http/route.ts';
import { HttpProblem } from '../problem.ts';
import { queryTime, reference } from '../schema/common.ts';
import { rangeAsked } from './reading-range.ts';

const RAW_PAGE = 10_000;
const ROLL_UP_PAGE = 2_000;
const UNIT_MS = { minute: 60_000, hour: 3_600_000 } as const;

/** Head of the table: keys for programs, words for people. */
const HEADS = {
  raw: ['time', 'device', 'measurement', 'channel', 'value', 'unit', 'quality'],
  rolled: ['time', 'device', 'measurement', 'channel', 'min', 'max', 'mean', 'count', 'bad', 'last', 'unit', 'quality'],
} as const;
type Head = (typeof HEADS)['raw' | 'rolled'][number];
const WORDS: Readonly<Record<'zh-CN' | 'en', Readonly<Record<Head, string>>>> = {
  en: {
    time: 'Time (UTC)',
    device: 'Device',
    measurement: 'Measurement',
    channel: 'Channel',
    value: 'Value',
    unit: 'Unit',
    quality: 'Quality',
    min: 'Minimum',
    max: 'Maximum',
    mean: 'Mean',
    count: 'Count',
    bad: 'Bad',
    last: 'Last',
  },
  'zh-CN': {
    time: '时间（UTC）',
    device: '设备',
    measurement: '测量项',
    channel: '通道',
    value: '数值',
    unit: '单位',
    quality: '质量',
    min: '最小值',
    max: '最大值',
    mean: '平均值',
    count: '样本数',
    bad: '坏值数',
    last: '末值',
  },
};
/** Without it Excel takes the Chinese for another encoding. */
const BYTE_ORDER_MARK = '\uFEFF';

function headLine(heads: readonly Head[], lang: 'zh-CN' | 'en' | undefined): string {
  return lang === undefined ? csvLine(heads) : BYTE_ORDER_MARK + csvLine(heads.map((head) => WORDS[lang][head]));
}

async function* rawPages(
  readings: Platform['readings'],
  range: RangeQuery,
  head: string,
  unit: string,
  gone: () => boolean,
): AsyncGenerator<string> {
  let before = head;
  let from: number | null = range.from;
  while (from !== null && !gone()) {
    const answer: Awaited<ReturnType<Platform['readings']['range']>> = await readings.range({ ...range, from, limit: RAW_PAGE });
    const lines = answer.points.map(([at, value, quality]) => csvLine([...placeOf(range, at), value, unit, quality]));
    yield before + lines.join('');
    before = '';
    from = answer.next;
  }
}

/** Walks no further than readings can be stored: hours first, so that empty years cost little, and minutes only where there are hours. */
async function* rollUpPages(
  readings: Platform['readings'],
  range: RangeQuery,
  by: RollUpUnit,
  head: string,
  unit: string,
  gone: () => boolean,
): AsyncGenerator<string> {
  let before = head;
  for await (const stretch of by === 'hour' ? stretches(range, 'hour') : filled(readings, range, gone)) {
    if (gone()) return;
    const { rollUps } = await readings.rollUps({ ...range, ...stretch, unit: by });
    const lines = rollUps.map((r) => {
      const mean = r.min === null ? null : r.sum / r.count;
      return csvLine([...placeOf(range, r.at), r.min, r.max, mean, r.count, r.bad, r.last, unit, r.quality]);
    });
    if (lines.length > 0) {
      yield before + lines.join('');
      before = '';
    }
  }
  if (before !== '') yield before;
}

type Stretch = Pick<RangeQuery, 'from' | 'to'>;

/** A period in steps of one page of roll-ups. */
function* stretches({ from, to }: Stretch, by: RollUpUnit): Generator<Stretch> {
  const span = ROLL_UP_PAGE * UNIT_MS[by];
  const first = Math.ceil(from / UNIT_MS[by]) * UNIT_MS[by];
  for (let at = first; at < to; at += span) yield { from: at, to: Math.min(to, at + span) };
}

/** The minutes of a period that lie in an hour of which there is anything. */
async function* filled(readings: Platform['readings'], range: RangeQuery, gone: () => boolean): AsyncGenerator<Stretch> {
  const hour = UNIT_MS.hour;
  const whole = { from: Math.floor(range.from / hour) * hour, to: range.to };
  for (const stretch of stretches(whole, 'hour')) {
    if (gone()) return;
    const { rollUps } = await readings.rollUps({ ...range, ...stretch, unit: 'hour' });
    let open: Stretch | null = null;
    for (const { at } of rollUps) {
      if (open !== null && open.to === at) open = { from: open.from, to: at + hour };
      else {
        if (open !== null) yield* stretches(within(open, range), 'minute');
        open = { from: at, to: at + hour };
      }
    }
    if (open !== null) yield* stretches(within(open, range), 'minute');
  }
}
const within = (stretch: Stretch, { from, to }: Stretch): Stretch => ({ from: Math.max(from, stretch.from), to: Math.min(to, stretch.to) });

/** What may be stored: nothing before 1970, and no stamp is believed far ahead of our clock (which may itself have been ahead). */
const AHEAD_MS = 400 * 86_400_000;

/** Tables being sent, of each account and in all: charts share the thread that answers them. */
function tablesUnderWay(): { begin(account: string): () => void } {
  const OF_ACCOUNT = 3;
  const IN_ALL = 12;
  const byAccount = new Map<string, number>();
  let all = 0;
  return {
    begin(account) {
      const own = byAccount.get(account) ?? 0;
      if (own >= OF_ACCOUNT || all >= IN_ALL)
        throw new HttpProblem('too-many-exports', `${own >= OF_ACCOUNT ? own : all} tables are being sent; try again when one is through`);
      byAccount.set(account, own + 1);
      all += 1;
      let ended = false;
      return () => {
        if (ended) return;
        ended = true;
        all -= 1;
        const left = (byAccount.get(account) ?? 1) - 1;
        if (left === 0) byAccount.delete(account);
        else byAccount.set(account, left);
      };
    },
  };
}

function placeOf(range: RangeQuery, at: number): readonly Cell[] {
  return [new Date(at).toISOString(), range.device, range.measurement, range.channel];
}

export function readingCsvRoutes(): Route[] {
  const underWay = tablesUnderWay();
  const table = route({
    method: 'get',
    path: '/devices/{id}/readings.csv',
    operationId: 'device.readings.csv',
    tag: 'devices',
    summary: 'Stored readings or roll-ups of one point as CSV, oldest first',
    params: z.object({ id: reference }),
    query: z.strictObject({
      measurement: z.string().min(1).max(64),
      channel: z.coerce.number().int().min(0).max(100_000).optional(),
      from: queryTime.optional().meta({ description: 'Inclusive. Default: an hour before `to`.' }),
      to: queryTime.optional().meta({ description: 'Exclusive. Default: now.' }),
      source: z.enum(['raw', 'minute', 'hour']).default('raw').meta({ description: 'Raw readings, or roll-ups of a minute or an hour.' }),
      lang: z.enum(['zh-CN', 'en']).optional().meta({ description: 'Words in the head, with a byte order mark; without it the keys.' }),
    }),
    replies: { 200: { description: 'A table', text: 'text/csv' } },
    problems: ['not-found', 'too-many-exports', 'unavailable'],
    handle: async ({ platform, actor, path, query, response }) => {
      const { range: asked, unit } = rangeAsked(platform, actor, path.id, query);
      const range = { ...asked, from: Math.max(0, asked.from), to: Math.min(asked.to, platform.clock.now() + AHEAD_MS) };
      const end = underWay.begin(actor.name);
      let left = false;
      const leave = (): void => {
        left = true;
        end();
      };
      response.once('close', leave);
      // Who left while it was looked up who he is, is not told of again.
      if (response.destroyed) leave();
      const gone = (): boolean => left;
      const { source, lang } = query;
      const pages =
        source === 'raw'
          ? rawPages(platform.readings, range, headLine(HEADS.raw, lang), unit, gone)
          : rollUpPages(platform.readings, range, source, headLine(HEADS.rolled, lang), unit, gone);
      // The first page before the answer begins: a store that does not answer is a problem, not a broken file.
      const first = await pages.next();
      const name = `${range.device}-${range.measurement}`.replaceAll(/[^A-Za-z0-9_.-]/g, '_');
      return {
        status: 200,
        headers: { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': `attachment; filename="${name}.csv"` },
        text: withFirst(first, pages),
      };
    },
  });
  return [table];
}

async function* withFirst(first: IteratorResult<string, unknown>, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  try {
    if (first.done !== true) yield first.value;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}
