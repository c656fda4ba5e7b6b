/** Scenarios of the library, played on virtual time on a platform of their own: does this build do what the scenario expects? */
import { z } from 'zod';
import type { Platform } from '../../../model/ports/platform.ts';
import type { ScenarioRun } from '../../../model/scenario-run.ts';
import { demand } from '../access.ts';
import { ok, type Route, route } from '../http/route.ts';
import { HttpProblem } from '../problem.ts';
import { listBody } from '../schema/common.ts';
import { scenarioName, scenarioRun } from '../schema/scenario.ts';
import type { AccountActor } from '../sign-in/identity.ts';

const tag = 'scenarios';
const byId = z.object({ id: z.string().min(1).max(64) });
const byName = z.object({ name: z.string().min(1).max(100) });

const demandSimulate = (actor: AccountActor): void => demand(actor, 'simulate', null);

function find(platform: Platform, id: string): ScenarioRun {
  const one = platform.scenarioRuns.get(id);
  if (one === undefined) throw new HttpProblem('not-found', `run ${id}`);
  return one;
}
const outside = (run: ScenarioRun): z.infer<typeof scenarioRun> => run as z.infer<typeof scenarioRun>;

export const scenarioRoutes: Route[] = [
  route({
    method: 'get',
    path: '/scenarios',
    operationId: 'scenario.list',
    tag,
    summary: 'Names of the scenario library',
    replies: { 200: { description: 'All of them', schema: listBody(scenarioName) } },
    problems: ['not-allowed'],
    handle: ({ platform, actor }) => {
      demandSimulate(actor);
      return ok({ items: platform.scenarioRuns.names().map((name) => ({ name })) });
    },
  }),
  route({
    method: 'post',
    path: '/scenarios/{name}/runs',
    operationId: 'scenario.run',
    tag,
    summary: 'Play a scenario of the library on virtual time, apart from what is watched',
    params: byName,
    replies: { 202: { description: 'It waits or runs', schema: scenarioRun } },
    problems: ['not-found', 'not-allowed', 'too-many-runs'],
    handle: ({ platform, actor, path }) => {
      demandSimulate(actor);
      if (!platform.scenarioRuns.names().includes(path.name)) throw new HttpProblem('not-found', `scenario ${path.name}`);
      const started = platform.scenarioRuns.start(actor.name, path.name);
      if (started === null) throw new HttpProblem('too-many-runs', 'try again when one of those that wait is over');
      return { status: 202, body: outside(started), resource: started.id };
    },
  }),
  route({
    method: 'get',
    path: '/runs',
    operationId: 'scenario-run.list',
    tag,
    summary: 'The last runs of this process, newest first',
    replies: { 200: { description: 'All that are known', schema: listBody(scenarioRun) } },
    problems: ['not-allowed'],
    handle: ({ platform, actor }) => {
      demandSimulate(actor);
      return ok({ items: platform.scenarioRuns.list().map(outside) });
    },
  }),
  route({
    method: 'get',
    path: '/runs/{id}',
    operationId: 'scenario-run.get',
    tag,
    summary: 'A run and, when it is over, its verdict',
    params: byId,
    replies: { 200: { description: 'The run', schema: scenarioRun } },
    problems: ['not-found', 'not-allowed'],
    handle: ({ platform, actor, path }) => {
      demandSimulate(actor);
      return ok(outside(find(platform, path.id)));
    },
  }),
  route({
    method: 'delete',
    path: '/runs/{id}',
    operationId: 'scenario-run.cancel',
    tag,
    summary: 'End a run that waits or plays, or forget one that is over',
    params: byId,
    replies: { 204: { description: 'Ended or forgotten' } },
    problems: ['not-found', 'not-allowed'],
    handle: ({ platform, actor, path }) => {
      demandSimulate(actor);
      find(platform, path.id);
      platform.scenarioRuns.cancel(path.id);
      return { status: 204 };
    },
  }),
];
