import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Clock,
  type Guest,
  type GuestKey,
  type HandoffOptions,
  type HeraldError,
  parseSnapshot,
  type Snapshot,
} from '@nic-herald/core';
import { IsolatingEventBus, parseGuestKey } from '@nic-herald/core/internal';
import { FakeDaemon } from '../../libvirt/test/fake-daemon.js';
import { type FakeDomain, fakeDomain } from '../../libvirt/test/fake-domain.js';
import { LibvirtHandoff } from '../src/libvirt-handoff.js';
import type { LibvirtHandoffSettings } from '../src/libvirt-handoff-options.js';

/** The system's time: the other end of the socket lives by it, too. */
const clock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  setTimer: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

export const UUID = '11111111-2222-4333-8444-555555555555';
export const options: HandoffOptions = { signal: new AbortController().signal };

/** A guest's key, from the UUID of its domain. */
export const keyOf = (uuid: string): GuestKey => {
  const key = parseGuestKey(`uuid:${uuid}`);
  if (key === undefined) throw new TypeError(`not a UUID: ${uuid}`);
  return key;
};
export const WEB = keyOf(UUID);

/** A guest as the store sees it. */
export const guestOf = (identity: Guest['identity']): Guest => ({ identity }) as Guest;

export const MAC = '52:54:00:00:00:01';

/** A snapshot of one NIC. */
export const snapshotOf = (more: Readonly<Record<string, unknown>> = {}): Snapshot => {
  const nic = { id: 'nic0', primaryMac: MAC, model: 'virtio-net', learned: [] };
  const parsed = parseSnapshot({ format: 1, guest: WEB, host: 'A', epoch: 1, nics: [nic], ...more });
  if (parsed instanceof Error) throw parsed;
  return parsed;
};

/** A domain of that UUID, running. */
export const domainOf = (uuid: string = UUID, name = 'web-1'): FakeDomain =>
  fakeDomain({ name, uuid, id: 7 });

/** A daemon and a store that uses it, with what the store warned of. */
export interface Bench {
  readonly path: string;
  readonly daemon: FakeDaemon;
  readonly store: LibvirtHandoff;
  readonly warnings: HeraldError[];
  readonly close: () => Promise<void>;
}

/** Opens both, connected. */
export const openBench = async ({
  domains = [domainOf()],
  settings = {},
  socket = 'libvirt-sock',
  setUp = () => undefined,
}: {
  readonly domains?: readonly FakeDomain[];
  readonly settings?: Partial<LibvirtHandoffSettings>;
  readonly socket?: string;
  readonly setUp?: (daemon: FakeDaemon) => void;
} = {}): Promise<Bench> => {
  const directory = await mkdtemp(join(tmpdir(), 'herald-libvirt-'));
  const path = join(directory, socket);
  const daemon = await FakeDaemon.listen(path, (each) => {
    each.domains.push(...domains);
    setUp(each);
  });
  const { store, warnings } = storeAt(path, settings);
  await store.start(options);
  return {
    path,
    daemon,
    store,
    warnings,
    close: async () => {
      await store.close();
      await daemon.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
};

/** A store that was not started. */
export const storeAt = (
  socket: string,
  settings: Partial<LibvirtHandoffSettings> = {},
): Pick<Bench, 'store' | 'warnings'> => {
  const bus = new IsolatingEventBus();
  const warnings: HeraldError[] = [];
  bus.on('warning', ({ warning }) => warnings.push(warning));
  const all = { socket, readOnly: false, setTimeoutMs: 300, ...settings };
  return { store: new LibvirtHandoff(all, clock, bus), warnings };
};
