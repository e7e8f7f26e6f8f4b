import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { composeHost } from '@nic-herald/host';
import { expect, it } from 'vitest';
import { plugin } from './health-page.js';

/** A port that nothing listens at. */
const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

it.each([
  ['a port that is none', { port: 70_000 }],
  ['an option that is none', { address: '::' }],
])('refuses %s', async (_, written) => {
  expect(await plugin.options?.['~standard'].validate(written)).toHaveProperty('issues');
});

it('keeps a host from starting where its port is taken', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await expect(composeHost([plugin({ port })], { name: 'A' })).rejects.toMatchObject({
    code: 'HERALD_PLUGIN_START',
    message: expect.stringContaining('@example/nic-herald-health could not start') as string,
  });
  server.close();
});

it('answers with the numbers of its host, as long as that runs', async () => {
  const port = await freePort();
  const host = await composeHost([plugin({ port })], { name: 'A' });
  const answer = await fetch(`http://127.0.0.1:${port}/`);
  expect(await answer.json()).toEqual(host.stats());
  await host.close();
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
});
