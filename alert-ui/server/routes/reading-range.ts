/** Which point of which device over which time a request is about, and whether who asks may see it. */
import type { RangeQuery } from '../../../model/ports/reading-store.ts';
import type { Platform } from '../../../model/ports/platform.ts';
import type { MeasurementDef } from '../../../model/profile.ts';
import { FUTURE_TOLERANCE_MS } from '../../../model/time.ts';
import { HttpProblem } from '../problem.ts';
import type { AccountActor } from '../sign-in/identity.ts';
import { findDevice, measurementOf } from './devices.ts';

const USUAL_SPAN_MS = 3_600_000;

/** The first channel where there are several and none is named, as in a payload; null where the measurement has none. */
function channelOf(definition: MeasurementDef | undefined, named: number | undefined): number | null {
  if (definition === undefined) return named ?? null;
  const channels = definition.channels ?? 0;
  if (named === undefined) return channels === 0 ? null : 1;
  if (named >= 1 && named <= channels) return named;
  const detail = channels === 0 ? `${definition.key} has no channels` : `${definition.key} has channels 1 to ${channels}`;
  throw new HttpProblem('invalid-request', detail, { errors: [{ path: 'query.channel', message: detail }] });
}

/** @throws HttpProblem when there is no such device for this account, no such point, or the period is backward. */
export function rangeAsked(
  platform: Platform,
  actor: AccountActor,
  id: string,
  query: {
    readonly measurement: string;
    readonly channel?: number | undefined;
    readonly from?: number | undefined;
    readonly to?: number | undefined;
    readonly cursor?: number | undefined;
  },
): { readonly range: RangeQuery; readonly unit: string } {
  const device = findDevice(platform.view, actor, id);
  const definition = measurementOf(platform.view, device, query.measurement);
  if (platform.view.catalogue !== null && definition === undefined) {
    throw new HttpProblem('invalid-request', `profile ${device.profileId} has no measurement ${query.measurement}`, {
      errors: [{ path: 'query.measurement', message: 'not of this profile' }],
    });
  }
  const channel = channelOf(definition, query.channel);
  // A reading taken this very moment is in; its stamp may be a little ahead.
  const to = query.to ?? platform.clock.now() + FUTURE_TOLERANCE_MS;
  const from = query.cursor ?? query.from ?? Math.max(0, to - USUAL_SPAN_MS);
  if (from > to) throw new HttpProblem('invalid-request', 'from is after to', { errors: [{ path: 'query.from', message: 'after to' }] });
  return {
    range: { enterprise: device.enterpriseId, device: device.id, measurement: query.measurement, channel, from, to },
    unit: definition?.ucum ?? '',
  };
}
