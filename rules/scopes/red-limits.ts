import type { JointRule } from '../../model/asset.ts';
import type { EffectiveLimit } from '../../model/engine.ts';
import type { Core } from '../core.ts';
import type { DeviceState } from '../device-state.ts';
import { makeJoint } from '../joint/plan.ts';

/** What red can come from: limits of a device, and rules over several points that listen to it. */

type Limit = Pick<EffectiveLimit, 'measurement' | 'channel' | 'code' | 'level' | 'armed' | 'escalates'>;

/** Armed, and red itself or what an armed red escalation rises from. */
export function leadsToRed(limit: Limit, limits: readonly Limit[]): boolean {
  if (!limit.armed) return false;
  if (limit.level === 'red') return true;
  return limits.some(
    ({ armed, level, escalates, measurement, channel }) =>
      armed && level === 'red' && escalates?.of === limit.code && measurement === limit.measurement && channel === limit.channel,
  );
}

/** Codes of the red rules over several points at its hazard source that are judged and read it. */
export function redJoints(core: Core, device: DeviceState): readonly string[] {
  return jointsOf(core, device).map(({ code }) => code);
}

/** Does one of them ask whether the limit of this code is on. */
export function votesForRed(core: Core, device: DeviceState, code: string): boolean {
  return jointsOf(core, device).some(({ joint }) => {
    if ('vote' in joint) return 'limit' in joint.vote.when && joint.vote.when.limit === code;
    return joint.expression.includes(code);
  });
}

function jointsOf(core: Core, { asset }: DeviceState): readonly JointRule[] {
  if (asset.hazardSourceId === null) return [];
  return core.registry.rules.joints(asset.hazardSourceId).filter((rule) => {
    if (rule.parts.level !== 'red') return false;
    const { reason, inputs } = makeJoint(core, rule);
    return reason === null && inputs.has(asset.id);
  });
}

/** What of a device red can come from, in words of the catalogue: `<measurement> <code>` of its own armed limits, `<code>` of joint rules. */
export function redOf(core: Core, device: DeviceState): readonly string[] {
  const own = device.plan.limits
    .filter(({ armed, level }) => armed && level === 'red')
    .map(({ measurement, code }) => `${measurement} ${code}`);
  return [...new Set([...own, ...redJoints(core, device)])];
}
