import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:net';
import { makeFolder } from '../store/make-folder.ts';
import { StartError } from './start-error.ts';

/** Makes the data folder or says in one line why it cannot be used. */
export function prepareFolder(path: string): void {
  try {
    makeFolder(path);
    accessSync(path, constants.W_OK | constants.R_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new StartError(
      `BEACON_DATA_DIR=${path}: not writable (${code ?? String(error)}); allowed: a folder that can be made and written to`,
    );
  }
}

const NO_ADDRESS: ReadonlySet<string> = new Set(['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN', 'EINVAL']);

/**
 * Opens doors; a taken port or an address that is not ours is an error by name. `ports` are the settings whose doors `open` opens,
 * in that order: which of them it was is told by the port in the error.
 */
export async function named<T>(host: string, ports: Readonly<Record<string, number | null>>, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    const { code, port } = error as NodeJS.ErrnoException & { readonly port?: number };
    const asked = Object.entries(ports);
    const [setting, value] = asked.find(([, one]) => one === port) ?? asked[0] ?? ['port', port];
    if (code === 'EADDRINUSE') throw new StartError(`${setting}=${value}: the port is taken by another process`);
    if (code === 'EACCES') throw new StartError(`${setting}=${value}: not allowed to open this port`);
    if (code !== undefined && NO_ADDRESS.has(code)) {
      throw new StartError(`BEACON_HOST=${host}: not an address of this machine (${code}); allowed: one of its own, or 0.0.0.0 for all`);
    }
    throw error;
  }
}

/** Refuses an address that no door can be bound to, before anything is made: asked with a door that is closed again. */
export async function ownAddress(host: string): Promise<void> {
  const asked = createServer();
  await named(host, {}, async () => {
    asked.listen(0, host);
    await once(asked, 'listening');
  });
  asked.close();
}

/** The address to print for a bound host: nobody can open `0.0.0.0`. */
export function shownHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
