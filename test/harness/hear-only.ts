import type { Page } from 'playwright-core';

/**
 * What a page is let to hear: everything; a snapshot without its alarms and nothing after it; that the platform lives and nothing has
 * happened, so that it knows nothing new and does not become blind however long that takes; or no more from now on.
 */
export type Hears = 'all' | 'calm' | 'beats' | 'nothing';

/** Stands between a page and its live connection; to be called before the page is opened. Requests over HTTP are not touched. */
export async function hearOnly(page: Page, hears: () => Hears): Promise<void> {
  await page.routeWebSocket(/\/socket\.io\//, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => {
      const text = typeof message === 'string' ? message : message.toString();
      const now = hears();
      if (now === 'nothing' || (now === 'calm' && /^42\["(alarm|device)"/.test(text))) return;
      if (now === 'beats' && text.startsWith('42')) {
        const [event, body] = JSON.parse(text.slice(2)) as [string, Record<string, unknown>];
        // A beat that follows on nothing leaves no gap to be asked for.
        if (event === 'heartbeat') socket.send(`42${JSON.stringify([event, { ...body, prev: 0 }])}`);
        return;
      }
      if (now === 'beats') return socket.send(message);
      if (now === 'all' || !text.startsWith('42["snapshot"')) return socket.send(message);
      const [event, { next: _rest, ...body }] = JSON.parse(text.slice(2)) as [string, Record<string, unknown>];
      const none = { red: 0, orange: 0, yellow: 0, blue: 0 };
      socket.send(`42${JSON.stringify([event, { ...body, alarms: [], counts: { open: none, unacknowledged: none } }])}`);
    });
  });
}
