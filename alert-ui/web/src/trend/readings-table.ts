/** Where the readings of a window are had as CSV. Pure. */
export interface TableOf {
  readonly device: string;
  readonly measurement: string;
  readonly channel: number | null;
  readonly from: number;
  readonly to: number;
  readonly source: 'raw' | 'minute' | 'hour';
  readonly lang: 'zh-CN' | 'en';
}

export function readingsTable(of: TableOf): string {
  const query = new URLSearchParams({
    measurement: of.measurement,
    ...(of.channel === null ? {} : { channel: String(of.channel) }),
    from: String(Math.floor(of.from)),
    to: String(Math.ceil(of.to)),
    source: of.source,
    lang: of.lang,
  });
  return `/api/v1/devices/${encodeURIComponent(of.device)}/readings.csv?${query.toString()}`;
}
