import type { Publisher } from '../model/ports/message-source.ts';
import type { Connection } from './connection.ts';

/** Every open connection, and those that are signed in by what they are looked for. */
export class ConnectionIndex {
  /** Number given to the newest connection; counts from 1 in each process. */
  lastNumber = 0;
  readonly #all = new Set<Connection>();
  readonly #byClient = new Map<string, Connection>();
  readonly #byCredential = new Map<string, Set<Connection>>();
  readonly #gatewaysOf = new Map<string, Set<Connection>>();

  open(connection: Connection): void {
    this.#all.add(connection);
  }

  /** It is signed in. */
  add(connection: Connection, publisher: Publisher): void {
    this.#byClient.set(publisher.client, connection);
    put(this.#byCredential, publisher.credential, connection);
    if (publisher.kind === 'gateway') put(this.#gatewaysOf, publisher.enterprise, connection);
  }

  remove(connection: Connection): void {
    this.#all.delete(connection);
    const publisher = connection.signedIn?.publisher;
    if (publisher === undefined) return;
    if (this.#byClient.get(publisher.client) === connection) this.#byClient.delete(publisher.client);
    take(this.#byCredential, publisher.credential, connection);
    take(this.#gatewaysOf, publisher.enterprise, connection);
  }

  all(): readonly Connection[] {
    return [...this.#all];
  }

  /** By `<credential>/<client id>`. */
  find(client: string): Connection | undefined {
    return this.#byClient.get(client);
  }

  ofCredential(credential: string): readonly Connection[] {
    return [...(this.#byCredential.get(credential) ?? [])];
  }

  /** Connections that may hear a device's commands: its own and its enterprise's gateways. */
  hearing(enterprise: string, device: string): readonly Connection[] {
    return [...this.ofCredential(device), ...(this.#gatewaysOf.get(enterprise) ?? [])];
  }
}

function put(map: Map<string, Set<Connection>>, key: string, connection: Connection): void {
  const set = map.get(key);
  if (set === undefined) map.set(key, new Set([connection]));
  else set.add(connection);
}

function take(map: Map<string, Set<Connection>>, key: string, connection: Connection): void {
  const set = map.get(key);
  if (set === undefined) return;
  set.delete(connection);
  if (set.size === 0) map.delete(key);
}
