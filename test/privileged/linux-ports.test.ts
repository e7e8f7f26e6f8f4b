import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { NetworkSandbox, privilegeMissing } from './network-sandbox.js';
import { PortsDriver } from './ports-driver.js';

const missing = privilegeMissing();
const saying = (problem: string) => ({ problem: expect.stringContaining(problem) as string });

describe.skipIf(missing)(`the ports of Linux, at real taps${missing ? ` (skipped: ${missing})` : ''}`, () => {
  const sandboxes: NetworkSandbox[] = [];
  const sandbox = (...taps: string[]): NetworkSandbox => {
    const made = new NetworkSandbox(taps);
    sandboxes.push(made);
    return made;
  };
  afterEach(() => {
    for (const made of sandboxes.splice(0)) made.remove();
  });
  /** A hypervisor that holds tap0, an agent, and what the hypervisor says. */
  const laid = async (at = sandbox('tap0', 'tap1'), agentAt = at, without: readonly string[] = []) => {
    const [hypervisor, agent] = [new PortsDriver(at), new PortsDriver(agentAt, without)];
    await hypervisor.hold('tap0');
    const backend = { type: 'tap', name: 'net0', holder: await hypervisor.who() };
    return { agent, backend, hypervisor };
  };

  describe('are not', () => {
    it('a tap that the process does not have open', async () => {
      const { agent, backend } = await laid();
      const found = await agent.resolve({ ...backend, interfaceName: 'tap1' });
      expect(found).toEqual(
        saying('said to be tap1, which its process does not have open; it has open tap0'),
      );
    });

    it('of a process that has ended, though its number is taken', async () => {
      const { agent, backend } = await laid();
      const holder = { ...backend.holder, startTicks: backend.holder.startTicks + 1 };
      expect(await agent.resolve({ ...backend, holder, interfaceName: 'tap0' })).toEqual(saying('has ended'));
    });

    it('in another network namespace, even where a tap of that name is here', async () => {
      const { agent, backend } = await laid(sandbox('tap0'), sandbox('tap0'));
      const found = await agent.resolve({ ...backend, interfaceName: 'tap0' });
      expect(found).toEqual(saying('is in another network namespace'));
    });

    it('of a process that may not be looked into, and say what that takes', async () => {
      const { agent, backend } = await laid(sandbox('tap0'), undefined, ['sys_ptrace']);
      expect(await agent.resolve({ ...backend, interfaceName: 'tap0' })).toEqual(
        saying('takes CAP_SYS_PTRACE'),
      );
    });

    it('a file that only is called like a macvtap', async () => {
      const at = sandbox('tap0');
      const agent = new PortsDriver(at);
      const forge =
        'mount -t tmpfs none /dev && : >/dev/tap77 && exec 3</dev/tap77 && echo ready && exec sleep 99';
      const hypervisor = at.spawn(['unshare', '-m', 'sh', '-c', forge]);
      await new Promise((resolve) => hypervisor.stdout?.once('data', resolve));
      const backend = { type: 'tap', name: 'net0', holder: await agent.who(hypervisor.pid) };
      expect(await agent.resolve({ ...backend, descriptors: [3] })).toEqual(saying('which is not one tap'));
      expect(await agent.resolve(backend)).toEqual(saying('it has no tap open'));
    });

    it('proved where nobody says whose they are', async () => {
      const { agent, backend } = await laid();
      const { holder, ...rest } = backend;
      expect(await agent.resolve({ ...rest, interfaceName: 'tap0' })).toEqual(saying('cannot be told'));
    });
  });

  it.each([
    ['said by name', { interfaceName: 'tap0' }],
    ['not said', {}],
  ])(
    "are found where the process is another user's and CAP_SYS_PTRACE is all that is held, the tap %s",
    async (_, said) => {
      const at = sandbox('tap0', 'tap1');
      const hypervisor = new PortsDriver(at);
      const agent = new PortsDriver(at, { only: ['net_admin', 'net_raw', 'bpf', 'sys_ptrace'] });
      await hypervisor.hold('tap0');
      const backend = { type: 'tap', name: 'net0', holder: await hypervisor.who() };
      expect(await agent.resolve({ ...backend, ...said })).toMatchObject({
        port: { kind: 'tap', name: 'tap0' },
      });
    },
  );

  it.each([
    ['by its name', { interfaceName: 'tap0' }],
    ['where it is the only one and nothing is said', {}],
  ])('are found %s, with what they are attached to', async (_, said) => {
    const { agent, backend } = await laid();
    for (let time = 1; time <= 2; time += 1) {
      expect(await agent.resolve({ ...backend, ...said })).toEqual({
        port: {
          kind: 'tap',
          name: 'tap0',
          namespace: expect.stringMatching(/^net:\[\d+\]$/) as string,
          index: expect.any(Number) as number,
          attachment: expect.objectContaining({ vlans: 'unaware', learns: true, forwards: true }) as object,
        },
      });
    }
  });

  it('are found where their process lives below another root', async () => {
    const root = mkdtempSync(join(tmpdir(), 'nic-herald-root-'));
    try {
      mkdirSync(join(root, 'dev/net'), { recursive: true });
      execFileSync('mknod', [join(root, 'dev/net/tun'), 'c', '10', '200']);
      const at = sandbox('tap0');
      const [hypervisor, agent] = [new PortsDriver(at), new PortsDriver(at)];
      const backend = { type: 'tap', name: 'net0', holder: await hypervisor.who() };
      await hypervisor.enter(root);
      await hypervisor.hold('tap0');
      expect(await agent.resolve({ ...backend, interfaceName: 'tap0' })).toMatchObject({
        port: { kind: 'tap', name: 'tap0' },
      });
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  it.each<[string, readonly string[], object]>([
    ['went to another bridge', ['link add br1 type bridge', 'link set tap0 master br1'], { network: 'br1' }],
    ['left its bridge', ['link set tap0 nomaster'], { alone: true }],
    [
      'has another uplink',
      ['link add up1 type veth peer name wire1', 'link set up1 master br0'],
      { uplinks: ['up0', 'up1'] },
    ],
    // Listening: the bridge itself takes a port that is disabled or blocked back where it has a carrier.
    ['passes nothing on', ['link set tap0 type bridge_slave state 1'], { forwards: false }],
    ['is learned at no longer', ['link set tap0 type bridge_slave learning off'], { learns: false }],
  ])('are told as they are now: one that %s since', async (_, changes, now) => {
    const at = sandbox('tap0');
    const { agent, backend } = await laid(at);
    await agent.resolve({ ...backend, interfaceName: 'tap0' });
    for (const change of changes) at.ip(change);
    expect(await agent.resolve({ ...backend, interfaceName: 'tap0' })).toMatchObject({
      port: { name: 'tap0', attachment: now },
    });
  });

  it('are told as they are now: one that has its VLANs apart since', async (context) => {
    const at = sandbox('tap0');
    const { agent, backend } = await laid(at);
    await agent.resolve({ ...backend, interfaceName: 'tap0' });
    try {
      at.ip('link set br0 type bridge vlan_filtering 1');
    } catch {
      context.skip('this kernel has no CONFIG_BRIDGE_VLAN_FILTERING');
    }
    expect(await agent.resolve({ ...backend, interfaceName: 'tap0' })).toMatchObject({
      port: { attachment: { vlans: 'aware' } },
    });
  });

  it.each<[string, readonly string[], boolean]>([
    ['is not told where nothing happened', [], false],
    [
      'is told where it went to another bridge',
      ['link add br1 type bridge', 'link set tap0 master br1'],
      true,
    ],
    ['is told where it was renamed', ['link set tap0 down', 'link set tap0 name tap9'], true],
    ['is told where it was made again', ['link delete tap0', 'tuntap add tap0 mode tap'], true],
  ])('whose change between the look and the watch %s', async (_, changes, isTold) => {
    const at = sandbox('tap0');
    const { agent, backend } = await laid(at);
    const found = await agent.resolve({ ...backend, interfaceName: 'tap0' });
    if (!('port' in found)) throw new TypeError(found.problem);
    for (const change of changes) at.ip(change);
    expect(await agent.watch(found.port)).toBe(isTold);
  });
});
