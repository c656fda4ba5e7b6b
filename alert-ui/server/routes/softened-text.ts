import type { SoftenedLimit } from '../../../model/engine.ts';

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
