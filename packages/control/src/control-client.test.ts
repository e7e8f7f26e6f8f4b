import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ControlClient } from './control-client.js';

let path: string;
beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'nic-herald-client-')), 'A.sock');
});
afterEach(() => rm(join(path, '..'), { recursive: true }));

describe('a client of the control socket', () => {
  it('says who does not answer', async () => {
    await expect(new ControlClient(path).guests()).rejects.toMatchObject({
      code: 'HERALD_CONTROL_FAILED',
      message: `the agent at ${path} does not answer`,
    });
  });

  it.each([
    ['before its first byte', () => undefined],
    ['in the midst of it', (response: ServerResponse) => response.write('[')],
  ])(
    'gives up an answer that does not end, %s, and a request that is given up',
    async (_, answer) => {
      const slow = createServer((__, response) => void answer(response));
      await new Promise<void>((resolve) => slow.listen(path, resolve));
      const stop = new AbortController();
      const asked = new ControlClient(path).announce('web', { signal: stop.signal });
      setTimeout(() => stop.abort(), 200);
      await expect(asked).rejects.toMatchObject({ code: 'HERALD_CANCELLED' });
      await expect(new ControlClient(path).stats()).rejects.toMatchObject({
        code: 'HERALD_CONTROL_FAILED',
        message: `the agent at ${path} did not answer within 5000 ms`,
      });
      slow.closeAllConnections();
      slow.close();
    },
    15_000,
  );

  it('takes no answer without end', async () => {
    const endless = createServer((_, response) => {
      const more = (): void => {
        while (response.write(Buffer.alloc(1 << 20, ' ')));
        response.once('drain', more);
      };
      more();
    });
    await new Promise<void>((resolve) => endless.listen(path, resolve));
    await expect(new ControlClient(path).inspect('web')).rejects.toMatchObject({
      code: 'HERALD_CONTROL_FAILED',
      message: `the agent at ${path} broke off its answer`,
    });
    endless.closeAllConnections();
    endless.close();
  }, 30_000);

  it('says who talks nonsense', async () => {
    const nonsense = createServer((_, response) => response.end('<html>'));
    await new Promise<void>((resolve) => nonsense.listen(path, resolve));
    try {
      await expect(new ControlClient(path).guests()).rejects.toMatchObject({ code: 'HERALD_CONTROL_FAILED' });
    } finally {
      nonsense.close();
    }
  });

  it.each(['null', '[]', '{"message":"x"}', '{"code":7,"message":"x"}', '{"code":"EVIL","message":"x"}'])(
    'says who fails without an error of an agent: %s',
    async (text) => {
      const odd = createServer((_, response) => response.writeHead(500).end(text));
      await new Promise<void>((resolve) => odd.listen(path, resolve));
      try {
        await expect(new ControlClient(path).guests()).rejects.toMatchObject({
          code: 'HERALD_CONTROL_FAILED',
          message: `the agent at ${path} failed with status 500 and did not say why`,
        });
      } finally {
        odd.close();
      }
    },
  );

  it.each([
    ['said to be good', 200],
    ['said to be an error', 500],
  ])('says who nests an answer without end, %s', async (_, status) => {
    const text = '['.repeat(100_000) + ']'.repeat(100_000);
    const deep = createServer((__, response) => response.writeHead(status).end(text));
    await new Promise<void>((resolve) => deep.listen(path, resolve));
    try {
      await expect(new ControlClient(path).guests()).rejects.toMatchObject({
        code: 'HERALD_CONTROL_FAILED',
        message: `the agent at ${path} gave an answer that is nested more than 128 deep; is that an agent of this version?`,
        details: { path },
      });
    } finally {
      deep.close();
    }
  });
});
