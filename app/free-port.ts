import { createServer } from 'node:net';

/** The first free port from `first` on (at most 50 tried), or 0 (any) when none of them is. */
export async function freePortFrom(host: string, first: number): Promise<number> {
  if (first === 0) return 0;
  for (let port = first; port < Math.min(first + 50, 65_536); port += 1) {
    const free = await new Promise<boolean>((resolve) => {
      const probe = createServer();
      probe.once('error', () => resolve(false));
      probe.listen({ host, port }, () => probe.close(() => resolve(true)));
    });
    if (free) return port;
  }
  return 0;
}
