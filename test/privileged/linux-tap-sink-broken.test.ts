import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeRarp, MacAddress, rarpLength } from '@nic-herald/wire';
import { afterEach, describe, expect, it } from 'vitest';
import { NetworkSandbox, privilegeMissing } from './network-sandbox.js';
import { SinkDriver } from './sink-driver.js';

const missing = privilegeMissing();

const DROP_FILTER = new URL('drop-filter-main.ts', import.meta.url).pathname;

const frames = [1, 2, 3].map((last) => {
  const frame = { mac: MacAddress.of(`52:54:00:00:00:0${last}`) };
  const bytes = new Uint8Array(rarpLength(frame));
  encodeRarp(frame, bytes, 0);
  return Buffer.from(bytes).toString('hex');
});

/** Everything that somebody may do to the injector's interfaces, and whether frames get through meanwhile. */
const breaks: [what: string, commands: readonly string[], isHarmless?: true][] = [
  ['the pair is deleted', ['ip link del herald0']],
  ['the pair is deleted by its other end', ['ip link del herald1']],
  ['it is set down', ['ip link set herald0 down']],
  ['its other end is set down', ['ip link set herald1 down'], true],
  ['it is renamed', ['ip link set herald0 name other0'], true],
  ['its qdisc is removed', ['tc qdisc del dev herald0 clsact']],
  ['its qdisc is replaced', ['tc qdisc del dev herald0 clsact', 'tc qdisc add dev herald0 clsact']],
  ['its filter is removed', ['tc filter del dev herald0 egress']],
  [
    'its filter is replaced',
    [
      'tc filter del dev herald0 egress',
      'tc filter add dev herald0 egress protocol all prio 1 u32 match u32 0 0 classid 1:1',
    ],
  ],
  [
    'a filter that drops all is put in front',
    [`${process.execPath} --conditions=nic-herald:source --import tsx ${DROP_FILTER} herald0`],
  ],
  [
    'a filter for some frames is put beside it',
    ['tc filter add dev herald0 egress protocol all prio 7 u32 match u32 0 0 classid 1:1'],
    true,
  ],
  ['its other end is moved to another namespace', ['ip link set herald1 netns AWAY'], true],
  ['it is moved to another namespace', ['ip link set herald0 netns AWAY']],
  ['its MTU is as small as can be', ['ip link set herald0 mtu 68'], true],
  ['a root qdisc holds one frame', ['tc qdisc replace dev herald0 root pfifo limit 1'], true],
  [
    'a root qdisc limits what it sends',
    ['tc qdisc replace dev herald0 root tbf rate 1kbit burst 100 latency 1ms'],
    true,
  ],
];

describe.skipIf(missing)(
  `an injector that somebody breaks${missing ? ` (skipped: ${missing})` : ''}`,
  { timeout: 20_000 },
  () => {
    const sandboxes: NetworkSandbox[] = [];
    const aways: string[] = [];
    afterEach(() => {
      for (const made of sandboxes.splice(0)) made.remove();
      for (const name of aways.splice(0)) execFileSync('ip', ['netns', 'delete', name]);
    });

    const start = async (): Promise<{ host: NetworkSandbox; driver: SinkDriver }> => {
      const host = new NetworkSandbox(['tap0']);
      sandboxes.push(host);
      // What the interfaces say by themselves would be counted among what left.
      const silent = ['all', 'default'].map((of) => `echo 1 >/proc/sys/net/ipv6/conf/${of}/disable_ipv6`);
      execFileSync('ip', ['netns', 'exec', host.namespace, 'sh', '-ec', silent.join('\n')]);
      const driver = new SinkDriver(host);
      await driver.hold('tap0');
      await driver.start();
      await driver.open('tap0');
      await driver.prepare('tap0', frames);
      return { host, driver };
    };
    /** All of it in one process: the sink's own looks hardly come between. */
    const breakIt = (host: NetworkSandbox, commands: readonly string[]): void => {
      const script = commands.join('\n');
      const away = `${host.namespace}-away`;
      if (script.includes('AWAY')) {
        execFileSync('ip', ['netns', 'add', away]);
        aways.push(away);
      }
      const shell = ['sh', '-ec', script.replaceAll('AWAY', away)];
      execFileSync('ip', ['netns', 'exec', host.namespace, ...shell], { stdio: 'pipe' });
    };
    const count = (host: NetworkSandbox): number => {
      const [wire] = JSON.parse(host.ip('-j -s link show wire0')) as {
        stats64: { rx: { packets: number } };
      }[];
      return wire?.stats64.rx.packets ?? Number.NaN;
    };
    const soundAgain = async (driver: SinkDriver): Promise<void> => {
      for (let waited = 0; waited < 5000; waited += 50) {
        const health = await driver.health('tap0');
        if (health.ready) return;
        await sleep(50);
      }
      throw new Error(JSON.stringify(await driver.health('tap0')));
    };
    const fired = async (host: NetworkSandbox, driver: SinkDriver) => {
      const before = { wire: count(host), lost: (await driver.lost('tap0')) as number };
      const { accepted } = await driver.fire('tap0');
      const lost = ((await driver.lost('tap0')) as number) - before.lost;
      return { accepted, lost, left: count(host) - before.wire };
    };

    it('loses nothing and says so while it is sound', async () => {
      const { host, driver } = await start();
      expect(await driver.lost('tap0')).toBe(0);
      expect(await fired(host, driver)).toEqual({ accepted: 3, lost: 0, left: 3 });
      expect(await driver.told()).toEqual([]);
    });

    it.each<[string, readonly string[], true?]>(breaks)(
      'knows what did not leave where %s, and repairs it at once, and tells both',
      async (_, commands, isHarmless) => {
        const { host, driver } = await start();
        breakIt(host, commands);
        const { accepted, lost, left } = await fired(host, driver); // what lay ready, between prepare and fire
        expect(accepted - lost).toBe(left);
        if (isHarmless) expect(left).toBe(3);
        await soundAgain(driver);
        expect(await fired(host, driver)).toEqual({ accepted: 3, lost: 0, left: 3 }); // the same, laid out before
        const told = (await driver.told()).map(({ ready }) => ready);
        expect(told).toEqual(commands.some((each) => each.includes('root')) ? [] : [false, true]);
        expect(host.interfaces().filter((name) => name.startsWith('herald'))).toHaveLength(2);
      },
    );

    it.each(['ip link del herald0', 'ip link set herald0 down', 'tc qdisc del dev herald0 clsact'])(
      'by `%s` is repaired before anything is sent',
      async (command) => {
        const { host, driver } = await start();
        breakIt(host, [command]);
        await sleep(500);
        expect(await fired(host, driver)).toEqual({ accepted: 3, lost: 0, left: 3 });
        expect((await driver.told()).map(({ ready }) => ready)).toEqual([false, true]);
      },
    );

    it('is repaired ever later where somebody removes it again and again, and leaves no interface behind', async () => {
      const { host, driver } = await start();
      const before = host.interfaces().length;
      let removed = 0;
      for (const until = Date.now() + 4500; Date.now() < until; await sleep(20)) {
        if (!host.interfaces().includes('herald0')) continue;
        host.ip('link del herald0');
        removed += 1;
      }
      expect(removed).toBeGreaterThanOrEqual(3); // at 0, 1 and 3 s
      expect(removed).toBeLessThanOrEqual(4);
      expect(await driver.health('tap0')).toMatchObject({ ready: false, code: 'HERALD_SINK_LOST' });
      await driver.close();
      expect(host.interfaces()).toHaveLength(before - 2);
    });

    it('that cannot be repaired at once is repaired once it can be', async () => {
      const { host, driver } = await start();
      // By one program: the sink hardly comes between.
      breakIt(host, ["printf 'link del herald0\\nlink add herald1 type bridge\\n' | ip -batch -"]);
      await sleep(400);
      expect(await driver.health('tap0')).toMatchObject({
        ready: false,
        code: 'HERALD_SINK_LOST',
        message: expect.stringContaining('rename or remove it') as string,
      });
      host.ip('link del herald1');
      await soundAgain(driver);
      expect(await fired(host, driver)).toEqual({ accepted: 3, lost: 0, left: 3 });
      expect((await driver.told()).map(({ ready }) => ready)).toEqual([false, true]);
    });
  },
);
