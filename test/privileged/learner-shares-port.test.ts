import { readdirSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { stationKey } from '@nic-herald/core';
import { afterEach, describe, expect, it } from 'vitest';
import { LearnerDriver } from './learner-driver.js';
import { ethernet } from './learner-frames.js';
import { NetworkSandbox, privilegeMissing } from './network-sandbox.js';

const missing = privilegeMissing();
/** How long learning may be away after a tool of the host replaced what is at the port. */
const BACK_WITHIN_MS = 3000;
const FIRST = '52:54:00:00:00:01';
const SECOND = '52:54:00:00:00:02';
const frameFrom = (mac: string): string => ethernet(mac, 0x88b5, '');

/**
 * What hosts' tools do to limit what a guest sends, word for word but for the filter: not every kernel can police. A
 * filter that takes every frame hides as much as one that does.
 */
const TOOLS = {
  libvirt: [
    'qdisc del dev tap0 ingress',
    'qdisc add dev tap0 ingress',
    'filter add dev tap0 parent ffff: protocol all u32 match u32 0 0 flowid :1',
  ],
  'Open vSwitch': [
    'qdisc del dev tap0 handle ffff: ingress',
    'qdisc add dev tap0 handle ffff: ingress',
    'filter add dev tap0 parent ffff: protocol all prio 49 u32 match u32 0 0 flowid :1',
  ],
  Proxmox: [
    'qdisc del dev tap0 ingress',
    'qdisc add dev tap0 handle ffff: ingress',
    'filter add dev tap0 parent ffff: prio 50 protocol all u32 match u32 0 0 flowid :1',
  ],
} as const;

describe.skipIf(missing)(`a port that is shared${missing ? ` (skipped: ${missing})` : ''}`, () => {
  const sandboxes: NetworkSandbox[] = [];
  afterEach(() => {
    for (const made of sandboxes.splice(0)) made.remove();
  });
  const prepared = async (): Promise<[NetworkSandbox, LearnerDriver]> => {
    const host = new NetworkSandbox(['tap0']);
    sandboxes.push(host);
    const driver = new LearnerDriver(host);
    await driver.hold('tap0');
    return [host, driver];
  };
  /** Runs a tool; that there is nothing to remove is no failure, as for the tools themselves. */
  const run = (host: NetworkSandbox, [remove, ...rest]: readonly string[]): void => {
    try {
      host.tc(remove ?? '');
    } catch {
      // there was none
    }
    for (const words of rest) host.tc(words);
  };
  const known = async (driver: LearnerDriver): Promise<readonly string[]> =>
    (await driver.read('tap0')).stations.map(({ station }) => stationKey(station)).sort();
  /** Sends until it is learned; says how long that took, ms. */
  const learns = async (driver: LearnerDriver, mac: string): Promise<number> => {
    const since = performance.now();
    for (;;) {
      await driver.write('tap0', [frameFrom(mac)]);
      const took = performance.now() - since;
      if ((await known(driver)).includes(mac) || took > 20_000) return took;
      await sleep(20);
    }
  };
  const ingress = (host: NetworkSandbox): string => host.tc('filter show dev tap0 ingress');
  const disciplines = (host: NetworkSandbox): string => host.tc('qdisc show dev tap0');

  describe.each(['tcx', 'qdisc'] as const)('by %s', (way) => {
    it.each(Object.entries(TOOLS))(
      'lets %s set its limit, and change it, before and after',
      async (_tool, words) => {
        const [host, driver] = await prepared();
        run(host, words);
        await driver.open('tap0', way);
        await learns(driver, FIRST);
        run(host, words); // as it is changed
        expect(await learns(driver, SECOND)).toBeLessThan(BACK_WITHIN_MS);
        expect(await known(driver)).toEqual([FIRST, SECOND]);
        expect(ingress(host)).toContain('u32');
        expect(disciplines(host)).toContain('qdisc ingress ffff:');
        await driver.close('tap0');
        expect(ingress(host)).toContain('u32');
        expect(ingress(host)).not.toContain('nic-herald');
        host.tc(words[0]);
        await driver.open('tap0', way); // now it is first
        await learns(driver, FIRST);
        run(host, words);
        expect(ingress(host)).toContain('u32');
        expect(await learns(driver, SECOND)).toBeLessThan(BACK_WITHIN_MS);
        expect(await known(driver)).toEqual([FIRST, SECOND]);
      },
    );

    it('comes back where all was removed, with what it knew, and leaves a tool time to add its own', async () => {
      const [host, driver] = await prepared();
      await driver.open('tap0', way);
      await learns(driver, FIRST);
      if (way === 'qdisc') {
        host.tc('qdisc del dev tap0 ingress');
        await sleep(600);
        host.tc('qdisc add dev tap0 ingress'); // not refused, since ours is not back yet
        host.tc('qdisc del dev tap0 ingress');
      }
      expect(await learns(driver, SECOND)).toBeLessThan(BACK_WITHIN_MS);
      expect(await known(driver)).toEqual([FIRST, SECOND]);
      await driver.close('tap0');
      expect(disciplines(host)).not.toContain('ingress');
    });

    it('is beside the clsact of others, and comes back when they make it anew', async () => {
      const [host, driver] = await prepared();
      const filter = 'filter add dev tap0 ingress prio 3 protocol all u32 match u32 0 0 flowid 1:1';
      run(host, ['qdisc del dev tap0 clsact', 'qdisc add dev tap0 clsact', filter]);
      await driver.open('tap0', way);
      await learns(driver, FIRST);
      run(host, ['qdisc del dev tap0 clsact', 'qdisc add dev tap0 clsact', filter]);
      expect(await learns(driver, SECOND)).toBeLessThan(BACK_WITHIN_MS);
      expect(await known(driver)).toEqual([FIRST, SECOND]);
      await driver.close('tap0');
      expect(disciplines(host)).toContain('qdisc clsact');
      expect(ingress(host)).toContain('pref 3 u32');
      expect(ingress(host)).not.toContain('nic-herald');
    });

    it('is before a filter that is added later', async () => {
      const [host, driver] = await prepared();
      host.tc('qdisc add dev tap0 clsact');
      await driver.open('tap0', way);
      host.tc('filter add dev tap0 ingress prio 3 protocol all u32 match u32 0 0 flowid 1:1'); // ends each frame's way
      expect(await learns(driver, FIRST)).toBeLessThan(BACK_WITHIN_MS);
      expect(ingress(host).match(/nic-herald-learn/g)?.length).toBe(way === 'qdisc' ? 1 : undefined);
    });

    it('clears away what earlier versions left when they were killed', async () => {
      const [host, driver] = await prepared();
      await driver.leaveClsact('tap0');
      expect(ingress(host)).toContain('nic-herald-learn+clsact');
      await driver.open('tap0', way);
      expect(disciplines(host)).not.toContain('clsact');
      await learns(driver, FIRST);
      await driver.close('tap0');
      expect(ingress(host)).toBe('');
      expect(disciplines(host)).not.toContain('ingress');
    });
  });

  it('cannot be taken from the agent by a local user', async () => {
    const [host, driver] = await prepared();
    const [{ ifindex }] = JSON.parse(host.ip('-j link show tap0')) as [{ ifindex: number }];
    const names = [`learner/${ifindex}`, `port/${ifindex}`, 'injector/herald'];
    const script = `
      const { createServer } = require('node:net');
      const names = ${JSON.stringify(names)}.map((name) => '\\0nic-herald/' + name);
      let left = names.length;
      for (const name of names) createServer().listen(name, () => --left || console.log('bound'));
      try { require('node:fs').readdirSync('/run/nic-herald/locks'); console.log('open'); } catch {}`;
    const nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
    const child = host.spawn([...nobody, process.execPath, '-e', script]);
    const said = await new Promise<string>((resolve) =>
      child.stdout?.once('data', (text: Buffer) => resolve(String(text))),
    );
    expect(said).toBe('bound\n');
    await driver.open('tap0');
    await driver.write('tap0', [frameFrom(FIRST)]);
    expect(await known(driver)).toEqual([FIRST]);
    expect(await driver.inject('tap0', [frameFrom(SECOND)])).toEqual({ accepted: 1 });
    expect(statSync('/run/nic-herald/locks').mode & 0o777).toBe(0o700);
    await driver.close('tap0');
    const namespace = readdirSync('/run/nic-herald/locks').filter((name) =>
      name.endsWith(`port-${ifindex}.lock`),
    );
    expect(namespace.filter((name) => name.startsWith(host.inode))).toEqual([]);
  });
});
