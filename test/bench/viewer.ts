import { WebSocket } from 'ws';

/** A board by hand, so that two hundred of them cost this side little: `onText` is given every frame of Engine.IO as it comes. */
export async function openViewer(httpBase: string, token: string, onText: (text: string) => void): Promise<WebSocket> {
  const socket = new WebSocket(`${httpBase.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`);
  socket.on('error', () => socket.terminate());
  const ready = new Promise<void>((resolve) => {
    socket.on('message', (data) => {
      const text = String(data);
      onText(text);
      if (text.startsWith('0')) socket.send(`40${JSON.stringify({ token })}`);
      else if (text === '2') socket.send('3');
      else if (text.startsWith('42["snapshot"')) resolve();
    });
  });
  await ready;
  socket.send('42["subscribe",{"enterprises":["bench"]}]');
  return socket;
}
