import { afterEach, describe, expect, it } from 'vitest';
import { NetworkSandbox, privilegeMissing } from './network-sandbox.js';
import { SinkDriver } from './sink-driver.js';

const missing = privilegeMissing();

const rarp = (mac: string, vlan?: number): string => {
  const hex = mac.replaceAll(':', '');
  const tag = vlan === undefined ? '' : `8100${vlan.toString(16).padStart(4, '0')}`;
  return `ffffffffffff${hex}${tag}803500010800060400${'03'}${hex}00000000${hex}00000000`.padEnd(
    vlan === undefined ? 120 : 128,
    '0',
  );
};
const QEMU = '52:54:00:bb:00:01';
const ours = (count: number): string[] =>
  Array.from({ length: count }, (_, index) =>
    rarp(
      `52:54:00:aa:${(index >> 8).toString(16).padStart(2, '0')}:${(index & 255).toString(16).padStart(2, '0')}`,
      index % 3 === 1 ? 7 + index : undefined,
    ),
  );
const hexOf = (frames: readonly Uint8Array[]): string[] =>
  frames.map((frame) => Buffer.from(frame).toString('hex'));

describe.skipIf(missing)('x', () => {
  const sandboxes: NetworkSandbox[] = [];
  afterEach(() => {
    for (const made of sandboxes.splice(0)) made.remove();
  });
  it('fires', async () => {
    const host = new NetworkSandbox(['tap0']);
    sandboxes.push(host);
    const driver = new SinkDriver(host);
    await driver.start();
    console.log(await driver.kernelPath());
    await driver.hold('tap0');
    await driver.open('tap0');
    for (const n of [1, 64, 200]) {
      const frames = ours(n);
      const recorded = await host.capture('wire0', n + 1);
      console.log(await driver.arm('tap0', frames, { holdUs: 50 }));
      await driver.write('tap0', rarp(QEMU));
      console.log(await driver.take('tap0'));
      const heard = hexOf(await recorded());
      expect(heard).toEqual([rarp(QEMU), ...frames]);
    }
    await driver.close();
  });
});
