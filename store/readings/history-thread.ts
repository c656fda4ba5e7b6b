/** The history thread: opens the store for reading alone and answers one question after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { serve } from '../thread/call.ts';
import type { HistoryMethods } from './history.ts';
import { openReadingStore, type StoreSettings } from './open.ts';

if (parentPort !== null) {
  const store = await openReadingStore(workerData as StoreSettings, 'read');
  serve<HistoryMethods>(
    parentPort,
    {
      range: (query) => store.range(query),
      rangeText: async (query) => {
        const { points, next } = await store.range(query);
        return { points: JSON.stringify(points), next };
      },
      buckets: (query) => store.buckets(query),
      rollUps: async (query) => ({ rollUps: await store.rollUps(query) }),
    },
    () => store.close(),
  );
}
