import { HeraldError } from '@nic-herald/core';
import { Libvirt } from '@nic-herald/libvirt';
import { describe, expect, it } from 'vitest';
import { FakeDaemon } from '../../../libvirt/test/fake-daemon.js';
import { FakeRefusal } from '../../../libvirt/test/fake-refusal.js';
import { withDirectory } from '../../../qmp/test/with-directory.js';
import { describedDomain, domainXml, interfaceXml } from '../../test/described-domain.js';
import { recordedDomain } from '../../test/recorded-domain.js';
import { domainDescription } from '../domain/domain-xml.js';
import { libvirtMonitorSettings } from '../libvirt-options.js';
import { diagnoseLibvirt } from './diagnose-libvirt.js';
import { domainFinding } from './domain-finding.js';

const { signal } = new AbortController();
const problem = (code: HeraldError['code'], errno?: string): HeraldError =>
  new HeraldError(code, `trouble: ${code}`, { details: { errno } });

/** What is found where opening libvirt fails so; `opened`: which sockets were tried. */
const failing = async (options: object, error: Error) => {
  const opened: unknown[] = [];
  const settings = libvirtMonitorSettings({ socket: '/run/x', ...options });
  const found = await diagnoseLibvirt(settings, signal, (_path, _clock, given) => {
    opened.push(given?.readOnly);
    return Promise.reject(error);
  });
  return { found, opened };
};

describe('a libvirt that cannot be reached', () => {
  it.each<[string, object, Error, string, readonly boolean[]]>([
    ['what nobody foresaw', {}, new TypeError('x'), 'HERALD_LIBVIRT_CONNECT', [false]],
    [
      'nobody listens',
      {},
      problem('HERALD_LIBVIRT_CONNECT', 'ECONNREFUSED'),
      'HERALD_LIBVIRT_CONNECT',
      [false],
    ],
    [
      'the named socket is forbidden',
      {},
      problem('HERALD_LIBVIRT_CONNECT', 'EACCES'),
      'HERALD_LIBVIRT_CONNECT',
      [false],
    ],
    [
      'the read-only one is forbidden',
      { readOnly: true },
      problem('HERALD_LIBVIRT_AUTH'),
      'HERALD_LIBVIRT_AUTH',
      [true],
    ],
  ])('%s', async (_, options, error, code, tried) => {
    const { found, opened } = await failing(options, error);
    expect(found).toMatchObject([{ level: 'problem', code }]);
    expect(opened).toEqual(tried);
  });

  it('there is none: a note', async () => {
    const { found } = await failing({}, problem('HERALD_LIBVIRT_NO_SOCKET'));
    expect(found).toMatchObject([
      { level: 'note', code: 'HERALD_LIBVIRT_NO_SOCKET', advice: 'an agent waits for it' },
    ]);
  });
});

const inDaemon = (
  setUp: (daemon: FakeDaemon) => void,
  work: (daemon: FakeDaemon) => Promise<void>,
): Promise<void> =>
  withDirectory(async (directory) => {
    const daemon = await FakeDaemon.listen(`${directory}/libvirt-sock`, setUp);
    try {
      await work(daemon);
    } finally {
      await daemon.close();
    }
  });

describe('a libvirt that answers', () => {
  it('refuses a list, or the XML of a domain', () =>
    inDaemon(
      ({ answers, domains }) => {
        domains.push(describedDomain());
        answers.xml = () => {
          throw new FakeRefusal(1, 'no XML');
        };
      },
      async (daemon) => {
        const settings = libvirtMonitorSettings({ socket: daemon.path });
        expect(await diagnoseLibvirt(settings, signal)).toMatchObject([
          { level: 'ok' },
          { level: 'note', what: expect.stringContaining('no XML') as string },
        ]);
        daemon.answers.domains = () => {
          throw new FakeRefusal(1, 'no list');
        };
        expect(await diagnoseLibvirt(settings, signal)).toMatchObject([
          { level: 'problem', code: 'HERALD_LIBVIRT_REFUSED' },
        ]);
      },
    ));

  it('is told of, with its domains, and asks no QEMU anything', () =>
    inDaemon(
      ({ domains }) =>
        void domains.push(
          ...Array.from({ length: 21 }, (_, id) => describedDomain({ id, name: `web-${id}` })),
        ),
      async (daemon) => {
        const found = await diagnoseLibvirt(libvirtMonitorSettings({ socket: daemon.path }), signal);
        expect(found[0]).toEqual({
          level: 'ok',
          what: `libvirt 9.0.0 with QEMU 7.2.22 at ${daemon.path}: 21 domains run`,
        });
        expect(found[1]).toEqual({ level: 'ok', what: 'web-0: net0 (virtio) at vnet0' });
        expect(found.at(-1)).toEqual({ level: 'note', what: '1 more domain was not looked at' });
        expect(found).toHaveLength(22);
        expect(daemon.calls.filter((call) => /onitor/.test(call))).toEqual([]);
      },
    ));

  it('may only be looked at, where the other socket is forbidden', () =>
    inDaemon(
      () => undefined,
      async ({ path }) => {
        const open: typeof Libvirt.open = (_path, clock, given) =>
          given?.readOnly === true
            ? Libvirt.open(path, clock, given)
            : Promise.reject(problem('HERALD_LIBVIRT_CONNECT', 'EACCES'));
        expect(await diagnoseLibvirt(libvirtMonitorSettings({}), signal, open, () => path)).toMatchObject([
          { level: 'problem', code: 'HERALD_LIBVIRT_CONNECT' },
          {
            level: 'note',
            what: expect.stringContaining('0 domains run; it may only be looked at') as string,
          },
        ]);
      },
    ));
});

describe('domainFinding', () => {
  it.each<[string, string, string, string]>([
    ['no NIC', domainXml({ interfaces: [] }), 'note', 'web-1: it has no NIC'],
    [
      'a NIC without a port',
      domainXml({ interfaces: [interfaceXml({ type: 'user', target: ' ' })] }),
      'note',
      'web-1: net0 (virtio) is of type user and ends at no port of this host, so nothing is announced for it',
    ],
    ['a tap', domainXml(), 'ok', 'web-1: net0 (virtio) at vnet0'],
  ])('%s', (_, xml, level, what) => {
    expect(domainFinding(domainDescription(xml))).toEqual({ level, what });
  });

  it('a filter', () => {
    expect(domainFinding(domainDescription(recordedDomain('fabric-1'))).what).toContain(
      'net1 (virtio-non-transitional) at vnet1, behind the filter clean-traffic',
    );
  });
});
