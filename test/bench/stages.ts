/** What `beacon_stage_seconds` tells of a stretch: how long one stage took. */
export interface StageFigures {
  readonly stage: string;
  readonly count: number;
  readonly meanMs: number;
  /** 99 of 100 took at most this: the bound of the histogram's bucket; null where it is beyond the last of them. */
  readonly p99UpToMs: number | null;
}

const LINE = /^beacon_stage_seconds_(bucket|sum|count)\{([^}]*)\} (\S+)$/gm;

function read(text: string): ReadonlyMap<string, number> {
  return new Map([...text.matchAll(LINE)].map(([, part = '', labels = '', value = '']) => [`${part} ${labels}`, Number(value)]));
}

/** The stages of a message between two looks at `/metrics`, in the order of the way. */
export function stagesBetween(before: string, after: string): StageFigures[] {
  const [was, is] = [read(before), read(after)];
  const grown = (key: string): number => (is.get(key) ?? 0) - (was.get(key) ?? 0);
  return ['door', 'commit', 'engine', 'live'].map((stage) => {
    const count = grown(`count stage="${stage}"`);
    const bounds = [...is.keys()]
      .filter((key) => key.startsWith('bucket ') && key.includes(`stage="${stage}"`))
      .map((key) => ({ bound: Number((/le="([^"]+)"/.exec(key)?.[1] ?? 'NaN').replace('+Inf', 'Infinity')), held: grown(key) }))
      .toSorted((a, b) => a.bound - b.bound);
    const p99 = bounds.find(({ held }) => held >= 0.99 * count)?.bound ?? Number.POSITIVE_INFINITY;
    return {
      stage,
      count,
      meanMs: count === 0 ? 0 : (grown(`sum stage="${stage}"`) / count) * 1_000,
      p99UpToMs: Number.isFinite(p99) ? p99 * 1_000 : null,
    };
  });
}
