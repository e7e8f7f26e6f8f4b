import {
  type Domain,
  LIFECYCLE,
  type Libvirt,
  type LifecycleEvent,
  type MonitorEvent,
} from '@nic-herald/libvirt';
import { describe, expect, it } from 'vitest';
import { type WatchedDomain, WatchedDomains } from './watched-domains.js';

const uuid = '6b1d1c9e-0000-4000-8000-000000000001';
const run = (id: number, name = 'web-1'): Domain => ({ name, uuid, id });

/** The domains of a libvirt that a test plays; what is done with each run is noted as `what#id`. */
const bed = ({ readOnly = false, list = () => Promise.resolve<Domain[]>([]) } = {}) => {
  const told: string[] = [];
  let monitor = (_event: MonitorEvent, _readAt: number): void => expect.unreachable('nobody listens');
  let lifecycle = (_event: LifecycleEvent, _readAt: number): void => expect.unreachable('nobody listens');
  let device = (_event: { domain: Domain; alias: string }): void => expect.unreachable('nobody listens');
  const libvirt = {
    readOnly,
    hearMonitorEvents: async (listener: typeof monitor): Promise<void> => {
      monitor = listener;
    },
    hearLifecycle: async (listener: typeof lifecycle): Promise<void> => {
      lifecycle = listener;
    },
    hearDevices: async (listener: typeof device): Promise<void> => {
      device = listener;
    },
    domains: list,
  };
  const watch = (domain: Domain): WatchedDomain => {
    const note = (what: string) => (): void => void told.push(`${what}#${domain.id}`);
    note('watch')();
    return {
      domain,
      settled: Promise.resolve(),
      tell: note('tell'),
      hear: note('hear'),
      nicsChanged: note('nics'),
      end: note('end'),
      close: note('close'),
    };
  };
  const domains = new WatchedDomains(libvirt as unknown as Libvirt, watch);
  return {
    told,
    domains,
    qemu: (id: number) => monitor({ domain: run(id), name: 'RESUME' }, 1),
    life: (id: number, event: number) => lifecycle({ domain: run(id), event, detail: 0 }, 1),
    device: (id: number) => device({ domain: run(id), alias: 'net0' }),
  };
};
type Bed = ReturnType<typeof bed>;

describe('WatchedDomains that cannot begin', () => {
  it('passes on what libvirt says', async () => {
    await expect(bed({ list: () => Promise.reject(new Error('no')) }).domains.begin()).rejects.toThrow('no');
  });
});

describe('WatchedDomains', () => {
  it.each<[string, (bed: Bed) => void, readonly string[]]>([
    ['an event before the list', ({ qemu }) => qemu(2), ['watch#2', 'tell#2']],
    [
      'an event of an ended run',
      ({ qemu }) => {
        qemu(2);
        qemu(1);
      },
      ['watch#2', 'tell#2'],
    ],
    [
      'an end of an ended run',
      ({ qemu, life }) => {
        qemu(2);
        life(1, LIFECYCLE.STOPPED);
      },
      ['watch#2', 'tell#2'],
    ],
    [
      'a beginning of an ended run',
      ({ qemu, life }) => {
        qemu(2);
        life(1, LIFECYCLE.STARTED);
      },
      ['watch#2', 'tell#2'],
    ],
    [
      'the next run',
      ({ qemu }) => {
        qemu(1);
        qemu(2);
      },
      ['watch#1', 'tell#1', 'end#1', 'watch#2', 'tell#2'],
    ],
    [
      'its end',
      ({ qemu, life }) => {
        qemu(1);
        life(-1, LIFECYCLE.STOPPED);
        life(-1, LIFECYCLE.STOPPED);
      },
      ['watch#1', 'tell#1', 'hear#1', 'end#1'],
    ],
    [
      'an event without a run of one that runs',
      ({ qemu }) => {
        qemu(1);
        qemu(-1);
      },
      ['watch#1', 'tell#1', 'tell#1'],
    ],
    ['an event without a run', ({ qemu }) => qemu(-1), []],
    ['one that is defined', ({ life }) => life(-1, LIFECYCLE.DEFINED), []],
    [
      'one that crashes and is kept',
      ({ qemu, life }) => {
        qemu(1);
        life(1, LIFECYCLE.CRASHED);
      },
      ['watch#1', 'tell#1', 'hear#1'],
    ],
    ['one that begins', ({ life }) => life(1, LIFECYCLE.STARTED), ['watch#1', 'hear#1']],
    [
      'a device',
      ({ qemu, device }) => {
        qemu(1);
        device(1);
      },
      ['watch#1', 'tell#1', 'nics#1'],
    ],
    [
      'a device of another run',
      ({ qemu, device }) => {
        qemu(2);
        device(1);
      },
      ['watch#2', 'tell#2'],
    ],
    ['a device of one that nobody told of', ({ device }) => device(1), []],
    [
      'the end of all',
      ({ qemu, domains }) => {
        qemu(1);
        domains.end();
        qemu(1);
      },
      ['watch#1', 'tell#1', 'end#1'],
    ],
    [
      'a close',
      ({ qemu, domains }) => {
        qemu(1);
        domains.close();
        qemu(2);
        domains.close();
      },
      ['watch#1', 'tell#1', 'close#1'],
    ],
  ])('%s', async (_, happens, expected) => {
    const played = bed();
    await played.domains.begin();
    happens(played);
    expect(played.told).toEqual(expected);
  });

  it('a domain that is told of and listed is watched once', async () => {
    const played: Bed = bed({
      list: async () => {
        played.qemu(2);
        return [run(2)];
      },
    });
    await played.domains.begin();
    expect(played.told).toEqual(['watch#2', 'tell#2']);
  });

  it('a list that is older than an event', async () => {
    const played: Bed = bed({
      list: async () => {
        played.qemu(2);
        return [run(1)];
      },
    });
    await played.domains.begin();
    expect(played.told).toEqual(['watch#2', 'tell#2']);
  });

  it('hears no events of QEMU where it may not', async () => {
    const { domains, qemu, life, told } = bed({ readOnly: true });
    await domains.begin();
    expect(() => qemu(1)).toThrow('nobody listens');
    life(1, LIFECYCLE.STARTED);
    expect(told).toEqual(['watch#1', 'hear#1']);
  });
});
