import { StoreFailure } from '../failure.ts';

/** How to reach the server, worked out once. */
export interface InfluxSettings {
  readonly url: string;
  readonly database: string;
  /** Value of the `Authorization` header, or null. */
  readonly authorization: string | null;
}

/** @throws StoreFailure when the URL is none or not http(s). */
export function influxSettings(given: {
  readonly url: string;
  readonly database: string;
  readonly token?: string;
  readonly username?: string;
  readonly password?: string;
}): InfluxSettings {
  if (!URL.canParse(given.url)) throw new StoreFailure('store-failed', `InfluxDB URL "${given.url}" is not a URL`);
  const url = new URL(given.url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new StoreFailure('store-failed', `InfluxDB URL "${given.url}" must begin with http:// or https://`);
  }
  const basic =
    given.username === undefined ? null : `Basic ${Buffer.from(`${given.username}:${given.password ?? ''}`).toString('base64')}`;
  return {
    url: given.url.replace(/\/+$/, ''),
    database: given.database,
    authorization: given.token === undefined ? basic : `Token ${given.token}`,
  };
}
