import type { Device } from '../../../model/asset.ts';
import type { ConfigChange } from '../../../model/entry.ts';
import type { Platform, SubmitOutcome } from '../../../model/ports/platform.ts';
import { HttpProblem } from '../problem.ts';
import type { AccountActor } from '../sign-in/identity.ts';
import { asRefusal, demandFreeId } from './outcome.ts';

/**
 * Devices and gateways have credentials. The credential is written first (it is not in the journal), then the asset; a refused
 * asset takes its credential with it. One at a time: two requests for one id must not end each other's secret.
 */
export class Provisioning {
  private readonly platform: Platform;
  private last: Promise<unknown> = Promise.resolve();

  constructor(platform: Platform) {
    this.platform = platform;
  }

  /** Devices and gateways share the user names of the broker. */
  demandFree(id: string): void {
    demandFreeId(this.platform.view.assets('device').get(id), id);
    demandFreeId(this.platform.view.assets('gateway').get(id), id);
  }

  /** Creates what `changes` put, each with a new secret. One result per change, in order. */
  async create(
    actor: AccountActor,
    requestId: string,
    kind: 'device' | 'gateway',
    wanted: readonly { readonly id: string; readonly enterprise: string; readonly change: ConfigChange }[],
  ): Promise<readonly ({ readonly secret: string } | { readonly problem: HttpProblem })[]> {
    return this.alone(async () => {
      const results = new Map<number, { readonly secret: string } | { readonly problem: HttpProblem }>();
      const free: number[] = [];
      const ids = new Set<string>();
      for (const [index, { id }] of wanted.entries()) {
        const problem = this.problemOf(id, ids);
        if (problem === null) free.push(index);
        else results.set(index, { problem });
        ids.add(id);
      }
      const going = free.flatMap((index) => wanted[index] ?? []);
      const issued =
        going.length === 0 ? [] : await this.platform.credentials.issue(going.map(({ id, enterprise }) => ({ id, kind, enterprise })));
      const secrets = new Map(issued.map(({ id, secret }) => [id, secret]));
      let outcomes: readonly SubmitOutcome[] = [];
      try {
        if (going.length > 0)
          outcomes = await this.platform.configure(
            actor,
            requestId,
            going.map(({ change }) => change),
          );
      } catch (error) {
        await this.platform.credentials.remove(going.map(({ id }) => id));
        throw error;
      }
      const refused: string[] = [];
      for (const [position, index] of free.entries()) {
        const id = going[position]?.id ?? '';
        const outcome = outcomes[position];
        const secret = secrets.get(id);
        if (outcome?.ok === true && secret !== undefined) results.set(index, { secret });
        else {
          refused.push(id);
          results.set(index, {
            problem: outcome === undefined || outcome.ok ? new HttpProblem('unavailable', 'no outcome') : asRefusal(outcome),
          });
        }
      }
      if (refused.length > 0) await this.platform.credentials.remove(refused);
      return wanted.map((_, index) => results.get(index) ?? { problem: new HttpProblem('internal') });
    });
  }

  /** A new secret for what exists; the old one ends, and so do its connections. */
  async renew(kind: 'device' | 'gateway', asset: Pick<Device, 'id' | 'enterpriseId' | 'retiredAt'>): Promise<string> {
    return this.alone(async () => {
      const now = this.platform.view.assets(kind).get(asset.id);
      if (now === undefined || now.retiredAt !== null) throw new HttpProblem('id-retired', asset.id);
      const [issued] = await this.platform.credentials.issue([{ id: asset.id, kind, enterprise: now.enterpriseId }]);
      if (issued === undefined) throw new HttpProblem('unavailable', 'no credential was made');
      this.platform.disconnect(asset.id);
      return issued.secret;
    });
  }

  /** Retires it, then ends its credential and its connections. */
  async retire(actor: AccountActor, requestId: string, kind: 'device' | 'gateway', id: string, base: number | null): Promise<void> {
    await this.alone(async () => {
      const [outcome] = await this.platform.configure(actor, requestId, [{ op: 'retire', asset: kind, id, base }]);
      if (outcome === undefined) throw new HttpProblem('unavailable', 'no outcome');
      if (!outcome.ok) throw asRefusal(outcome);
      await this.platform.credentials.remove([id]);
      this.platform.disconnect(id);
    });
  }

  private problemOf(id: string, earlier: ReadonlySet<string>): HttpProblem | null {
    if (earlier.has(id)) return new HttpProblem('id-taken', `${id} comes twice`);
    try {
      this.demandFree(id);
      return null;
    } catch (error) {
      if (error instanceof HttpProblem) return error;
      throw error;
    }
  }

  private alone<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work, work);
    this.last = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }
}
