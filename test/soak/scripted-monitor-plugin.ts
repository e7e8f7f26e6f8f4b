// A plugin that reports guests as it is told to at the socket that its environment names, a line of JSON for each order: no
// QEMU and no QMP, so that forty migrations a second leave the machine to the agents. The taps behind the guests' NICs are
// real, and another process has them open. It takes core from the agent that loads it, whichever build that is.
import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import type {
  DeviceInspector,
  Guest,
  GuestIntake,
  GuestMonitor,
  HeraldPlugin,
  NicDescriptor,
} from '@nic-herald/core';
import type { ScriptedGuestSpec, ScriptedOrder } from './scripted-order.js';

const agent = createRequire(realpathSync(process.argv[1] ?? ''));
const core = (await import(
  pathToFileURL(agent.resolve('@nic-herald/core')).href
)) as typeof import('@nic-herald/core');

const hypervisor = { name: 'QEMU', version: '7.2.22' };
const now = (): number => performance.timeOrigin + performance.now();

/** A guest with virtio cards that list what the script says, once it runs. */
class ScriptedGuest implements Guest {
  readonly instance: string;
  readonly identity;
  readonly hypervisor = hypervisor;
  readonly process;
  readonly origin;
  hasRun: boolean;
  /** Resolves when its NICs were asked for. */
  readonly listed: Promise<void>;
  #isListed: () => void = () => undefined;

  constructor(readonly spec: ScriptedGuestSpec) {
    const { instance, uuid, name, phase, process: incarnation } = spec;
    this.instance = instance;
    this.identity = { name, ...(uuid === undefined ? {} : { uuid }) };
    this.process = incarnation;
    this.origin = phase === 'incoming' ? ('incoming' as const) : ('boot' as const);
    this.hasRun = phase === 'running';
    this.listed = new Promise((resolve) => {
      this.#isListed = resolve;
    });
  }

  async nics(): Promise<readonly NicDescriptor[]> {
    this.#isListed();
    const { nics, holder } = this.spec;
    return nics.map(({ id, mac, tap }) => ({
      id,
      type: 'virtio-net-pci',
      primaryMac: mac as NicDescriptor['primaryMac'],
      backend: { type: 'tap', name: `net-${id}`, interfaceName: tap, holder },
    }));
  }

  inspect(nic: NicDescriptor): DeviceInspector {
    const unicast = this.spec.nics.find(({ id }) => id === nic.id)?.filter.unicast ?? [];
    const { hasRun } = this;
    return {
      nic,
      hypervisor,
      receiveFilter: async () => ({
        name: nic.id,
        'main-mac': nic.primaryMac,
        promiscuous: !hasRun,
        'broadcast-allowed': false,
        multicast: 'normal',
        'multicast-overflow': false,
        'multicast-table': hasRun ? ['01:00:5e:00:00:01'] : [],
        unicast: 'normal',
        'unicast-overflow': false,
        'unicast-table': hasRun ? unicast : [],
        vlan: 'normal',
        'vlan-table': hasRun ? [0] : [],
      }),
      regions: async () => [],
      readWords: async () => [],
      property: async () => undefined,
    };
  }
}

class ScriptedMonitor implements GuestMonitor {
  readonly name = 'scripted';
  readonly #guests = new Map<string, ScriptedGuest>();
  readonly #clients = new Set<Socket>();
  readonly #server: Server;

  constructor(
    private readonly intake: GuestIntake,
    private readonly path: string,
  ) {
    this.#server = createServer((client) => this.#serve(client));
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(this.path, resolve);
    });
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(client: Socket): void {
    this.#clients.add(client);
    client.on('error', () => undefined).on('close', () => this.#clients.delete(client));
    createInterface({ input: client }).on('line', (line) => {
      const readAt = now();
      const { id, ...order } = JSON.parse(line) as { readonly id: number } & ScriptedOrder;
      const said = this.#obey(order, readAt);
      void said.then(() => client.writable && client.write(`${JSON.stringify({ id })}\n`));
    });
  }

  async #obey(order: ScriptedOrder, readAt: number): Promise<void> {
    const { intake } = this;
    if (order.do === 'appeared') {
      const guest = new ScriptedGuest(order.guest);
      this.#guests.set(guest.instance, guest);
      return intake.appeared({ guest, phase: order.guest.phase });
    }
    const guest = this.#guests.get(order.instance);
    if (guest === undefined) return;
    switch (order.do) {
      case 'await-listing': {
        let late: NodeJS.Timeout | undefined;
        const limit = new Promise((resolve) => {
          late = setTimeout(resolve, order.limitMs);
        });
        await Promise.race([guest.listed, limit]);
        return clearTimeout(late);
      }
      case 'resumed':
        guest.hasRun = true;
        return intake.resumed({ guest, resumedAt: order.resumedAt, readAt });
      case 'changed':
        return intake.changed({ guest, nic: order.nic });
      case 'gone':
        this.#guests.delete(guest.instance);
        return intake.gone({ guest });
      case 'incoming':
      case 'loaded':
      case 'stopped':
      case 'outgoing':
      case 'left':
        return intake[order.do]({ guest });
    }
  }
}

/** The socket is named by the environment: it is one more thing that no older agent has to understand. */
const path = process.env['HERALD_SOAK_MONITOR'] ?? '';

export const plugin = (): HeraldPlugin => ({
  name: 'soak/scripted-monitor',
  contract: core.PLUGIN_CONTRACT,
  install: (registrar) =>
    registrar.contribute(core.GUEST_MONITOR, {
      factory: ({ get }) => new ScriptedMonitor(get(core.GUEST_INTAKE), path),
    }),
});
