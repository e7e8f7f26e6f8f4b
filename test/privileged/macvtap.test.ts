import { MacAddress, VlanId } from '@nic-herald/wire';
import { afterEach, describe, expect, it } from 'vitest';
import { rarpFrom } from '../conformance/rarp-from.js';
import { LearnerDriver } from './learner-driver.js';
import { NetworkSandbox, privilegeMissing } from './network-sandbox.js';
import { SinkDriver } from './sink-driver.js';

const missing = privilegeMissing();
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const mac = (last: number): MacAddress => MacAddress.of(`52:54:00:00:00:0${last}`);
const announcement = (last: number, vlan?: number): string =>
  hex(rarpFrom(mac(last), vlan === undefined ? undefined : VlanId.of(vlan)));
/** IPv4 from a MAC to everybody: what a guest says, of which RARP is not taken for its word. */
const spoken = (last: number, vlan?: number): string => {
  const tag = vlan === undefined ? '' : `8100${vlan.toString(16).padStart(4, '0')}`;
  return `ffffffffffff${mac(last).replaceAll(':', '')}${tag}0800${'00'.repeat(50)}`;
};

describe.skipIf(missing)(`a macvtap${missing ? ` (skipped: ${missing})` : ''}`, () => {
  const sandboxes: NetworkSandbox[] = [];
  /** A card up0 with a macvtap on it; what leaves comes in at wire0. */
  const sandbox = (mode: string): NetworkSandbox => {
    const made = new NetworkSandbox([]);
    sandboxes.push(made);
    made.ip('link set up0 nomaster');
    made.ip(`link add link up0 name macvtap0 address ${mac(1)} type macvtap mode ${mode}`);
    made.ip('link set macvtap0 up');
    return made;
  };
  afterEach(() => {
    for (const made of sandboxes.splice(0)) made.remove();
  });

  it.each(['passthru', 'bridge', 'vepa', 'private'])(
    'in mode %s lets announcements out by the card, tag and all, and what is for the guest in',
    async (mode) => {
      const host = sandbox(mode);
      const driver = new SinkDriver(host);
      await driver.start();
      await driver.hold('macvtap0');
      await driver.open('macvtap0', 'from-guest');
      const recorded = await host.capture('wire0', 2);
      expect(await driver.health('macvtap0')).toEqual({ ready: true });
      const frames = [announcement(1), announcement(1, 10)];
      expect(await driver.send('macvtap0', frames)).toEqual({ accepted: 2 });
      expect((await recorded()).map(hex)).toEqual(frames);
      expect(await driver.arm('macvtap0', frames)).toBeUndefined();
      await driver.open('macvtap0', 'to-guest');
      const query = announcement(9);
      await driver.send('macvtap0', [query]);
      expect(await driver.read('macvtap0')).toBe(query);
      await driver.close();
    },
  );

  it('has no carrier where the card has none', async () => {
    const host = sandbox('bridge');
    const driver = new SinkDriver(host);
    await driver.start();
    await driver.open('macvtap0', 'from-guest');
    host.ip('link set wire0 down');
    expect(await driver.health('macvtap0')).toMatchObject({
      code: 'HERALD_PORT_NO_CARRIER',
      message: 'port macvtap0 has no carrier: what it stands on has no link',
    });
    await driver.close();
  });

  it.each<['tcx' | 'qdisc', string]>([
    ['tcx', 'passthru'],
    ['qdisc', 'passthru'],
    ['qdisc', 'bridge'],
  ])(
    'is learned at by %s in mode %s: what the guest says, on each VLAN, and not what is announced',
    async (how, mode) => {
      const host = sandbox(mode);
      const driver = new LearnerDriver(host);
      await driver.hold('macvtap0');
      await driver.open('macvtap0', how);
      await driver.write('macvtap0', [spoken(1), spoken(2, 10), spoken(2, 20)]);
      await driver.inject('macvtap0', [announcement(3), spoken(4), spoken(4, 10)]);
      const { stations, exactVlans } = await driver.read('macvtap0');
      const seen = stations.map(({ station }) => `${station.mac}/${station.vlan ?? '-'}`);
      expect(seen.toSorted()).toEqual([`${mac(1)}/-`, `${mac(2)}/10`, `${mac(2)}/20`]);
      expect(exactVlans).toBe(true);
      await driver.close('macvtap0');
      expect(host.tc('qdisc show dev macvtap0')).not.toMatch(/clsact|ingress/);
    },
  );
});
