import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

const TOO_SLOW = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n';

/**
 * Ends clients that are too slow, each with one request on its connection. Timers run before sockets are read, so a process
 * that stood still would take its own delay for theirs, as the deadlines of Node.js do: here, what has come by then is read first.
 */
export const setClientDeadlines = (
  server: Server,
  { requestMs, idleMs = 0 }: { readonly requestMs: number; readonly idleMs?: number },
): void => {
  const requests = new WeakMap<Socket, IncomingMessage>();
  const hasAsked = (socket: Socket): boolean => requests.get(socket)?.complete === true;
  server.on('request', (request, response) => {
    requests.set(request.socket, request);
    response.setHeader('connection', 'close');
  });
  server.on('connection', (socket: Socket) => {
    const deadline = setTimeout(() => {
      setImmediate(() => {
        if (!hasAsked(socket)) socket.end(TOO_SLOW, () => socket.destroy());
      });
    }, requestMs);
    socket.once('close', () => clearTimeout(deadline));
  });
  server.timeout = idleMs;
  server.on('timeout', (socket: Socket) => {
    if (!hasAsked(socket)) return; // the other deadline is for that
    const { writableLength } = socket;
    setImmediate(() => {
      if (socket.writableLength === writableLength) socket.destroy();
    });
  });
};
