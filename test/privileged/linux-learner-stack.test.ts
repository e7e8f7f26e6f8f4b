import { execFileSync } from 'node:child_process';
import { type LearnedStations, stationKey } from '@nic-herald/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LearnerDriver } from './learner-driver.js';
import { NetworkSandbox, privilegeMissing } from './network-sandbox.js';

const missing = privilegeMissing();
const MAC = '52:54:00:00:00:01';
const LINK_LOCAL = 'fe80::5054:ff:fe00:1';

/** Namespaces wired one to the next: the host's port, the guest, and a machine behind the guest. */
class GuestStack {
  readonly host = new NetworkSandbox([]);
  private readonly guest = `${this.host.namespace}-guest`;
  private readonly behind = `${this.host.namespace}-behind`;

  constructor() {
    for (const name of [this.guest, this.behind]) execFileSync('ip', ['netns', 'add', name]);
    this.host.ip(`link add port0 type veth peer name eth0 netns ${this.guest}`);
    this.host.ip('link set port0 up');
    this.inGuest(
      `ip link add eth1 type veth peer name eth0 netns ${this.behind}`,
      `ip link set eth0 address ${MAC}`,
      'echo 1 > /proc/sys/net/ipv4/ip_forward',
      'ip addr add 198.51.100.1/24 dev eth1',
      'ip link set eth1 up',
    );
    this.run(
      this.behind,
      'ip addr add 198.51.100.7/24 dev eth0',
      'ip link set eth0 up',
      'ip route add default via 198.51.100.1',
    );
  }

  inGuest(...lines: readonly string[]): void {
    this.run(this.guest, ...lines);
  }

  behindGuest(...lines: readonly string[]): void {
    this.run(this.behind, ...lines);
  }

  private run(namespace: string, ...lines: readonly string[]): void {
    execFileSync('ip', ['netns', 'exec', namespace, 'bash', '-ec', lines.join('\n')]);
  }

  /** Counts, from now on, the packets from an IPv4 address that come in at the port. */
  countFrom(address: string): () => number {
    const mirror = 'action mirred egress mirror dev up0'; // an action counts what it gets
    this.host.tc('qdisc add dev port0 clsact');
    this.host.tc(`filter add dev port0 ingress prio 2 protocol ip u32 match ip src ${address} ${mirror}`);
    return () =>
      Number(/Sent \d+ bytes (\d+) pkt/.exec(this.host.tc('-s filter show dev port0 ingress'))?.[1]);
  }

  remove(): void {
    for (const name of [this.behind, this.guest]) execFileSync('ip', ['netns', 'delete', name]);
    this.host.remove();
  }
}

const claimsIn = ({ stations }: LearnedStations): readonly string[] =>
  stations
    .flatMap(({ station, addresses = [] }) =>
      addresses.map(({ address, proof, router }) =>
        [stationKey(station), address, proof, ...(router === undefined ? [] : [router])].join(' '),
      ),
    )
    .sort();

describe.skipIf(missing)(`what Linux itself tells${missing ? ` (skipped: ${missing})` : ''}`, () => {
  let stack: GuestStack;
  let driver: LearnerDriver;
  beforeAll(async () => {
    stack = new GuestStack();
    driver = new LearnerDriver(stack.host);
    await driver.open('port0');
    stack.inGuest('ip link set eth0 up');
  });
  afterAll(() => stack.remove());

  it('is its link-local address, once it knows it to be its own, and that it is a host', {
    timeout: 15_000,
  }, async () => {
    const said = [`${MAC} ${LINK_LOCAL} asserted false`];
    await expect.poll(async () => claimsIn(await driver.read('port0')), { timeout: 10_000 }).toEqual(said);
  });

  it('is each address that it speaks from, and no other that it has', { timeout: 15_000 }, async () => {
    stack.inGuest(
      'ip addr add 192.0.2.1/24 dev eth0',
      'ip addr add 192.0.2.2/24 dev eth0',
      'ip -6 addr add 2001:db8::1/64 dev eth0 nodad',
      'ip -6 addr add 2001:db8::2/64 dev eth0 nodad preferred_lft 0',
      'echo > /dev/udp/192.0.2.9/9',
      'echo > /dev/udp/2001:db8::9/9',
    );
    const said = [
      `${MAC} 192.0.2.1 asserted`,
      `${MAC} 2001:db8::1 asserted`,
      `${MAC} ${LINK_LOCAL} asserted false`,
    ];
    await expect.poll(async () => claimsIn(await driver.read('port0')), { timeout: 10_000 }).toEqual(said);
  });

  it('is nothing about what it routes', { timeout: 15_000 }, async () => {
    stack.inGuest('ip neigh replace 192.0.2.9 lladdr 52:54:00:00:00:09 dev eth0');
    const before = claimsIn(await driver.read('port0'));
    const routed = stack.countFrom('198.51.100.7');
    stack.behindGuest('for i in 1 2 3; do echo > /dev/udp/192.0.2.9/9; done');
    await expect.poll(routed, { timeout: 10_000 }).toBe(3);
    expect(claimsIn(await driver.read('port0'))).toEqual(before);
  });

  it('is its multicast groups', { timeout: 15_000 }, async () => {
    stack.inGuest('ip addr add 239.1.1.1/32 dev eth0 autojoin');
    const reports = async (): Promise<readonly unknown[]> =>
      ((await driver.read('port0')).multicastReports ?? []).map(({ vlan, igmp, mld }) => [
        vlan,
        igmp > 0,
        mld > 0,
      ]);
    await expect.poll(reports, { timeout: 10_000 }).toEqual([[undefined, true, true]]);
  });
});
