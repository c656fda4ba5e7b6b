/** Which point of a device the trend shows. Pure. */
import type { MeasurementDef } from '../../../../model/profile.ts';

export interface Pickable {
  readonly key: string;
  readonly measurement: string;
  readonly value: unknown;
}

/**
 * The one that was picked, else the first that can be drawn. Whether it can is told by the kind of measurement, never by the latest value: a
 * point that has just gone bad has no value, and its trend is what one came for.
 */
export function pickPoint<P extends Pickable>(
  rows: readonly P[],
  picked: string | null,
  typeOf: (measurement: string) => MeasurementDef['valueType'] | undefined,
): P | null {
  const drawable = (row: P): boolean => {
    const type = typeOf(row.measurement);
    return type === undefined ? typeof row.value !== 'string' : type !== 'string';
  };
  return rows.find((row) => row.key === picked) ?? rows.find(drawable) ?? null;
}
