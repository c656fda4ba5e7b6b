import type { Warning, WarningScope } from '../warning.ts';

/** A warning for tests: at rest, with a factor of each sort; say what matters. */
export function exampleWarning(scope: WarningScope, id: string, enterpriseId: string | null, more: Partial<Warning> = {}): Warning {
  const factor = { x: null, contribution: 0, since: null, stale: false, basis: 'design default', confidence: 'D' } as const;
  return {
    id: `${scope}:${id}`,
    scope,
    name: id,
    hazardSourceId: scope === 'hazard-source' ? id : null,
    enterpriseId,
    areaId: scope === 'area' ? id : null,
    level: 'blue',
    state: 'resting',
    ri: 0,
    computed: 'blue',
    lowersAt: null,
    floor: null,
    factors: [
      { ...factor, name: 'worst-alarm', weight: 0.9 },
      { ...factor, name: 'offline', weight: 0.35, x: 0.5, contribution: 0.175, since: 1_000, count: 2, of: 4 },
      { ...factor, name: 'weather', weight: 0.2 },
    ],
    stale: false,
    test: false,
    issuedAt: null,
    updatedAt: null,
    liftedAt: null,
    occurrence: 0,
    seq: 0,
    ...more,
  };
}
