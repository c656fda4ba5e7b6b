import type { ActiveNow, SoftenedLimit } from '../../../model/engine.ts';

/** What would be less strict, for the audit and for whoever asked. */
export function softenedText(softened: readonly SoftenedLimit[]): string {
  return softened
    .map(
      ({ code, measurement, variant, parts, basis }) =>
        `${measurement ?? ''} ${code}${variant === null ? '' : ` (${variant})`} ${parts.join(', ')} [${basis}]`,
    )
    .join('; ')
    .slice(0, 500);
}

/** Where a limit would be active at once, for the audit; empty where nowhere. */
export function activeText(active: ActiveNow | undefined): string {
  if (active === undefined) return '';
  const points = active.points.map(
    ({ device, measurement, channel, value }) => `${device} ${measurement}${channel === null ? '' : `.${channel}`} ${value}`,
  );
  return `active at once by the last values at ${active.devices} devices: ${points.join(', ')}`.slice(0, 500);
}
