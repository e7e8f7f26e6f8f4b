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

describe('a client that watches', () => {
  const WATCHING = '{"fact":"watching","at":1,"host":"B","proof":true}\n';
  const LONG = 300_000;

  /** What it hears of an agent that answers so, and what it ends with. */
  const watched = async (answer: (response: ServerResponse) => void) => {
    const odd = createServer((_, response) => answer(response));
    await new Promise<void>((resolve) => odd.listen(path, resolve));
    const facts: string[] = [];
    try {
      for await (const { fact } of new ControlClient(path).watch()) facts.push(fact);
      return { facts, error: undefined };
    } catch (error) {
      return { facts, error };
    } finally {
      odd.closeAllConnections();
      odd.close();
    }
  };

  it('says who does not answer', async () => {
    await expect(new ControlClient(path).watch().next()).rejects.toMatchObject({
      code: 'HERALD_CONTROL_FAILED',
      message: `the agent at ${path} does not answer`,
    });
  });

  it.each<[string, (response: ServerResponse) => void, string]>([
    [
      'talks nonsense',
      (response) => response.write(`${WATCHING}<html>\n`),
      'sent a line that says nothing; is that an agent of this version?',
    ],
    [
      'tells a fact that is not known',
      (response) => response.write(`${WATCHING}{"fact":"rebooted"}\n`),
      'sent a line that says nothing; is that an agent of this version?',
    ],
    [
      'sends a line without end',
      (response) => {
        response.write(WATCHING);
        response.write(' '.repeat(LONG));
      },
      'sent a line of more than 262144 bytes',
    ],
    ['ends', (response) => response.end(WATCHING), 'ended'],
    ['ends in the midst of a line', (response) => response.end(`${WATCHING}{"fact":`), 'ended'],
    [
      'breaks off',
      (response) => response.write(WATCHING, () => setTimeout(() => response.destroy(), 100)),
      'went away',
    ],
  ])('hears what an agent says that %s, and says so', async (_, answer, problem) => {
    const { facts, error } = await watched(answer);
    expect(facts).toEqual(['watching']);
    expect(error).toMatchObject({
      code: 'HERALD_CONTROL_FAILED',
      message: `the agent at ${path} ${problem}`,
      details: { path },
    });
  });

  it.each([
    ['{"code":"HERALD_WATCH_FULL","message":"8 watch"}', 'HERALD_WATCH_FULL', /^8 watch$/],
    ['{}', 'HERALD_CONTROL_FAILED', /failed with status 503 and did not say why$/],
    ['<html>', 'HERALD_CONTROL_FAILED', /gave an answer that is not JSON$/],
  ])('passes on why it is refused: %s', async (text, code, message) => {
    const { facts, error } = await watched((response) => response.writeHead(503).end(`${text}\n`));
    expect(facts).toEqual([]);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as unknown });
  });

  it('gives up an agent that says nothing any more', async () => {
    const { facts, error } = await watched((response) => response.write(WATCHING));
    expect(facts).toEqual(['watching']);
    expect(error).toMatchObject({
      code: 'HERALD_CONTROL_FAILED',
      message: `the agent at ${path} said nothing for 20 s: it hangs`,
    });
  }, 40_000);
});
