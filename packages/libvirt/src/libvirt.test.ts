import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { withDirectory } from '../../qmp/test/with-directory.js';
import { fakeDomain } from '../test/fake-domain.js';
import { OpenedLibvirt } from '../test/opened-libvirt.js';
import { recorded } from '../test/recorded-packets.js';
import { MAX_METADATA_BYTES } from './libvirt.js';
import { LIBVIRT_CODES, libvirtCodeOf } from './libvirt-error.js';
import { DEFAULT_LIBVIRT_LIMITS } from './libvirt-limits.js';
import { PROCEDURES } from './rpc/procedures.js';

const code = (expected: string): unknown => expect.objectContaining({ code: expected });
const web = fakeDomain();
const { quietMs, aliveTimeoutMs } = DEFAULT_LIBVIRT_LIMITS;

let opened = new OpenedLibvirt();
let { clock } = opened;
beforeEach(() => {
  opened = new OpenedLibvirt();
  ({ clock } = opened);
});
afterEach(() => opened.close());

const inDirectory =
  (work: (directory: string) => Promise<void>): (() => Promise<void>) =>
  () =>
    withDirectory(work);

describe('libvirt', () => {
  test(
    'tells what is there',
    inDirectory(async (directory) => {
      const { libvirt, domain } = await opened.connected(directory);
      const [found, ...others] = await libvirt.domains();
      expect([found, others]).toEqual([{ name: 'web-1', uuid: domain.uuid, id: 1 }, []]);
      expect(await libvirt.version()).toEqual({ libvirt: '9.0.0', hypervisor: '7.2.22' });
      expect(await libvirt.xml(domain)).toBe(domain.xml);
      expect(await libvirt.state(domain)).toEqual({ state: 1, reason: 1 });
    }),
  );

  test(
    'passes on what is said to QEMU, and its answer',
    inDirectory(async (directory) => {
      const { libvirt, domain } = await opened.connected(directory);
      domain.monitor = (command) => `{"return":${command}}`;
      expect(await libvirt.monitorCommand(domain, '{"execute":"é"}')).toBe('{"return":{"execute":"é"}}');
      const large = `"${'x'.repeat(3_000_000)}"`;
      expect(await libvirt.monitorCommand(domain, large)).toBe(`{"return":${large}}`);
    }),
  );

  test(
    'refuses what libvirt would not take',
    inDirectory(async (directory) => {
      const { libvirt, daemon } = await opened.connected(directory);
      const xml = 'x'.repeat(MAX_METADATA_BYTES + 1);
      const uri = 'urn:x';
      for (const call of [
        libvirt.setMetadata(web, { uri, key: 'x', xml }),
        libvirt.monitorCommand(web, 'x'.repeat(4 * 1024 * 1024 + 1)),
        libvirt.xml({ ...web, uuid: 'web-1' }),
        libvirt.xml(web, 0.5),
        libvirt.state({ ...web, name: 'x'.repeat(5000) }),
      ]) {
        await expect(call).rejects.toEqual(code('HERALD_LIBVIRT_ARGUMENT'));
      }
      expect(daemon.calls).toEqual(['authList', 'open']);
    }),
  );

  test(
    'sets metadata, tells it, removes it',
    inDirectory(async (directory) => {
      const { libvirt, domain } = await opened.connected(directory);
      const heard: unknown[] = [];
      await libvirt.hearMetadata(({ domain: { uuid }, type, uri }) => heard.push([uuid, type, uri]));
      expect(await libvirt.metadata(domain, 'urn:x')).toBeUndefined();
      await libvirt.setMetadata(domain, { uri: 'urn:x', key: 'x', xml: '<x/>' });
      expect(await libvirt.metadata(domain, 'urn:x')).toBe('<x/>');
      await libvirt.setMetadata(domain, { uri: 'urn:x', key: 'x' });
      expect(await libvirt.metadata(domain, 'urn:x')).toBeUndefined();
      expect(heard).toEqual([
        [domain.uuid, 2, 'urn:x'],
        [domain.uuid, 2, 'urn:x'],
      ]);
      const gone = await libvirt
        .metadata({ ...domain, uuid: domain.uuid.replace(/.$/, '9') }, 'urn:x')
        .catch((error: unknown) => error);
      expect(libvirtCodeOf(gone)).toBe(LIBVIRT_CODES.NO_DOMAIN);
    }),
  );

  test(
    'tells each listener what it asked for, until it stops',
    inDirectory(async (directory) => {
      const { daemon, libvirt, domain } = await opened.connected(directory);
      const heard: unknown[] = [];
      const stop = await libvirt.hearLifecycle(({ event, detail }) => heard.push(['first', event, detail]));
      await libvirt.hearLifecycle(({ event, detail }) => heard.push(['second', event, detail]));
      await libvirt.hearMonitorEvents(({ name, stampedAt, data }, readAt) =>
        heard.push([name, stampedAt, data, readAt]),
      );
      daemon.lifecycle(domain, 4, 1);
      daemon.monitorEvent(domain, 'RESUME', 1_700_000_000_123.456);
      await libvirt.domains();
      stop();
      stop();
      daemon.lifecycle(domain, 5, 3); // under way as the listener stops
      daemon.monitorEvent(domain, 'MIGRATION', 5, '{"status":"setup"}');
      await daemon.called('stopHearing');
      await libvirt.domains();
      expect(heard).toEqual([
        ['first', 4, 1],
        ['second', 4, 1],
        ['RESUME', 1_700_000_000_123.456, undefined, clock.now()],
        ['second', 5, 3],
        ['MIGRATION', 5, '{"status":"setup"}', clock.now()],
      ]);
      expect(daemon.count('stopHearing')).toBe(1);
    }),
  );

  test(
    'misses no event that comes with the answer to its registering',
    inDirectory(async (directory) => {
      const { daemon, libvirt } = await opened.connected(directory);
      daemon.answers.hearMonitor = () => undefined;
      const heard: string[] = [];
      const hearing = libvirt.hearMonitorEvents(({ name }) => heard.push(name));
      await daemon.called('hearMonitor');
      const reply = recorded('hearMonitorReply').slice();
      reply[23] = 3; // the third call of this connection
      daemon.raw(Buffer.concat([reply, recorded('stopEvent'), recorded('resumeEvent')]));
      await hearing;
      expect(heard).toEqual(['STOP', 'RESUME']);
    }),
  );

  test(
    'answers a ping, and is not troubled by what it does not know',
    inDirectory(async (directory) => {
      const { daemon, libvirt, domain } = await opened.connected(directory);
      daemon.answers.pong = () => undefined;
      daemon.message(PROCEDURES.ping);
      await daemon.called('pong');
      daemon.message({ program: PROCEDURES.ping.program, number: 9, name: 'x' });
      daemon.message({ program: 0x1122_3344, number: 318, name: 'x' }, new Uint8Array(8));
      daemon.message({ program: PROCEDURES.open.program, number: 319, name: 'x' }, new Uint8Array(8));
      expect(await libvirt.xml(domain)).toBe(domain.xml);
    }),
  );

  test(
    'goes on where nothing is to be said',
    inDirectory(async (directory) => {
      const { daemon, libvirt, domain } = await opened.connected(directory);
      clock.advance(quietMs);
      await daemon.called('ping');
      await libvirt.domains(); // what comes before its answer shows as well that the daemon lives
      clock.advance(aliveTimeoutMs);
      expect(await libvirt.xml(domain)).toBe(domain.xml);
    }),
  );
});

test(
  'hears of devices that come and go, until it is told to stop',
  inDirectory(async (directory) => {
    const { daemon, libvirt, domain } = await opened.connected(directory);
    const heard: string[] = [];
    const stop = await libvirt.hearDevices(({ domain: { uuid }, alias }) => heard.push(`${uuid} ${alias}`));
    daemon.device(domain, 'added', 'net1');
    daemon.device(domain, 'removed', 'net0');
    await libvirt.state(domain);
    expect(heard).toEqual([`${domain.uuid} net1`, `${domain.uuid} net0`]);
    stop();
    daemon.device(domain, 'added', 'net2');
    await libvirt.state(domain);
    expect(heard).toHaveLength(2);
  }),
);
