import type mqtt from 'mqtt';
import { type Api, type MadeDevice, makeDevices, signIn, withToken } from './api.ts';
import { type Board, openBoard } from './board.ts';
import { connectDevice, type DeviceClient } from './device-client.ts';
import { type PlatformProcess, startPlatform, temporaryFolder } from './platform-process.ts';

export const GAS = 'gas.combustible.point.industrial';

export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly errors?: readonly { readonly path: string }[];
}

/** Runs what was made for a test backwards, so that nothing of it stays. */
export class Leftovers {
  readonly #undo: (() => unknown)[] = [];

  /** `step` runs at the end, the last one first. */
  add(step: () => unknown): void {
    this.#undo.push(step);
  }

  folder(name: string): string {
    const made = temporaryFolder(name);
    this.add(() => made.remove());
    return made.path;
  }

  async start(dataDir: string, env: Readonly<Record<string, string>> = {}): Promise<PlatformProcess> {
    const started = await startPlatform({ dataDir, env });
    this.add(() => started.kill());
    return started;
  }

  async clear(): Promise<void> {
    for (const step of this.#undo.splice(0).toReversed()) await step();
  }
}

/** The built platform as somebody who has only its description meets it, with two enterprises and an area tree of two. */
export class Outside {
  readonly leftovers: Leftovers;
  readonly dataDir: string;
  /** The process that runs now, and its administrator. */
  platform: PlatformProcess;
  api: Api;

  private constructor(leftovers: Leftovers, dataDir: string, platform: PlatformProcess, api: Api) {
    this.leftovers = leftovers;
    this.dataDir = dataDir;
    this.platform = platform;
    this.api = api;
  }

  static async open(): Promise<Outside> {
    const leftovers = new Leftovers();
    const dataDir = leftovers.folder('outside');
    const platform = await leftovers.start(dataDir);
    const api = await signIn(platform.httpBase);
    await api.post('/areas', { id: 'district', name: 'District' });
    await api.post('/areas', { id: 'street', name: 'Street', parentId: 'district' });
    const haida = { id: 'haida', name: 'Haida', sector: 'chemical', kind: 'real', areaId: 'street', lon: 121.5, lat: 31.2 };
    await api.post('/enterprises', haida);
    await api.post('/enterprises', { id: 'other', name: 'Other' });
    return new Outside(leftovers, dataDir, platform, api);
  }

  /** Starts on the same folder again; the administrator's token stays good. */
  async startAgain(): Promise<void> {
    this.platform = await this.leftovers.start(this.dataDir);
    this.api = withToken(this.platform.httpBase, this.api.token);
  }

  /** Status and code of a refusal; throws where the answer is no problem+json or contradicts itself. */
  async refusal(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<readonly [number, string]> {
    const answer = await this.api.request(method, path, body, headers);
    const problem = answer.body as Problem;
    if (!(answer.headers.get('content-type') ?? '').includes('application/problem+json') || problem.status !== answer.status)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return [answer.status, problem.code];
  }

  async device(id: string, profile = GAS, enterprise = 'haida'): Promise<MadeDevice> {
    const [made] = await makeDevices(this.api, enterprise, profile, [id]);
    if (made === undefined) throw new Error('no device');
    return made;
  }

  async connected(made: MadeDevice, url = this.platform.mqttUrl, options: mqtt.IClientOptions = {}): Promise<DeviceClient> {
    const client = await connectDevice(url, made, options);
    this.leftovers.add(() => client.close().catch(() => undefined));
    return client;
  }

  async board(): Promise<Board> {
    const opened = await openBoard(this.api);
    this.leftovers.add(() => opened.close());
    return opened;
  }

  close(): Promise<void> {
    return this.leftovers.clear();
  }
}

/** `prev>seq` of everything a board was told, in the order of the numbers. */
export function chain(of: Board): string[] {
  return [...of.alarms, ...of.devices].sort((a, b) => a.seq - b.seq).map((message) => `${message.prev}>${message.seq}`);
}
