import type { QemuProcess } from '@nic-herald/qmp';
import { describe, expect, it } from 'vitest';
import { TestClock } from '../../../qmp/test/test-clock.js';
import { domainXml, interfaceXml, qmpAnswer } from '../../test/described-domain.js';
import { DomainSource, type SourceSurroundings } from './domain-source.js';
import { DomainTransport } from './domain-transport.js';

const domain = { name: 'web-1', uuid: '6b1d1c9e-0000-4000-8000-000000000001', id: 1 };
const signal = new AbortController().signal;
const incarnation = { bootId: 'b', pid: 7, startTicks: 9 };
const known = (startedToWait: boolean): QemuProcess => ({
  incarnation,
  startedAt: 5,
  isQemu: true,
  startedToWait,
});
const never = new Promise<never>(() => undefined);
const MIGRATION = { state: 3, reason: 2 };
const STARTING = { state: 3, reason: 11 };
const RUNNING = { state: 1, reason: 1 };

interface Case {
  readonly state?: { readonly state: number; readonly reason: number };
  readonly process?: Promise<QemuProcess | undefined>;
  readonly tells?: string;
  readonly over?: Partial<SourceSurroundings>;
  readonly answer?: (text: string) => Promise<string>;
}

const bed = ({
  state = RUNNING,
  process = Promise.resolve(known(false)),
  tells,
  over,
  answer,
}: Case = {}) => {
  const clock = new TestClock();
  const asked: string[] = [];
  const transport = new DomainTransport('web-1', (text) => {
    asked.push(text);
    return answer?.(text) ?? Promise.resolve(qmpAnswer(text));
  });
  if (tells !== undefined) transport.tell({ name: 'MIGRATION', data: { status: tells } }, 1);
  const source = new DomainSource(domain, {
    libvirt: {
      state: async () => state,
      xml: async () => domainXml({ interfaces: [interfaceXml()] }),
    },
    version: async () => 'usual',
    clock,
    process,
    transport,
    ...over,
  });
  return { clock, asked, transport, source };
};

describe('DomainSource that cannot tell', () => {
  const refuse = (): Promise<never> => Promise.reject(new TypeError('refused'));
  const xml = async (): Promise<string> => domainXml();
  const state = async () => RUNNING;
  it.each<[string, Case, unknown]>([
    [
      'the state',
      { over: { libvirt: { state: refuse, xml } } },
      expect.objectContaining({ message: 'refused' }),
    ],
    [
      'the XML',
      { over: { libvirt: { state, xml: refuse } } },
      expect.objectContaining({ message: 'refused' }),
    ],
    [
      'what the XML says',
      { over: { libvirt: { state, xml: async () => '' } } },
      expect.objectContaining({ code: 'HERALD_LIBVIRT_XML' }),
    ],
    [
      'one that ended',
      { state: { state: 5, reason: 3 } },
      expect.objectContaining({ code: 'HERALD_LIBVIRT_ENDED' }),
    ],
  ])('%s', async (_, given, error) => {
    const { source, asked } = bed(given);
    await expect(source.introduction({ signal })).rejects.toEqual(error);
    expect(asked).toEqual([]);
  });

  it('the version: QEMU does not answer', async () => {
    const { source } = bed({ answer: () => Promise.reject(new TypeError('hung')) });
    expect(await source.introduction({ signal })).toMatchObject({ runState: 'running', version: 'usual' });
  });
});

describe('DomainSource', () => {
  const waits = { runState: 'inmigrate', origin: 'incoming', version: 'usual' };
  const runs = { runState: 'running', version: '7.2.22' };
  it.each<[string, Case, object, boolean]>([
    ['a destination', { state: MIGRATION, process: Promise.resolve(known(true)) }, waits, true],
    [
      'a destination whose process is not known',
      { state: MIGRATION, process: Promise.resolve(undefined) },
      waits,
      true,
    ],
    [
      'a destination that is just started',
      { state: STARTING, process: Promise.resolve(known(true)), tells: 'setup' },
      waits,
      true,
    ],
    [
      'one that QEMU told of',
      { state: STARTING, process: Promise.resolve(undefined), tells: 'setup' },
      waits,
      true,
    ],
    ['one that boots', { state: STARTING }, { runState: 'paused', origin: 'boot', version: 'usual' }, true],
    [
      'one that starts, for what is not known',
      { state: STARTING, process: Promise.resolve(undefined) },
      { runState: 'paused', origin: undefined, version: 'usual' },
      true,
    ],
    [
      'a source that has stopped',
      { state: MIGRATION },
      { runState: 'paused', origin: 'boot', version: 'usual' },
      false,
    ],
    [
      'one that was paused',
      { state: { state: 3, reason: 1 } },
      { runState: 'paused', version: 'usual' },
      false,
    ],
    [
      'one in post-copy',
      { state: { state: 1, reason: 10 }, process: Promise.resolve(known(true)) },
      { runState: 'running', origin: 'incoming', version: 'usual' },
      true,
    ],
    ['one that booted', {}, { ...runs, origin: 'boot' }, false],
    ['one that came in', { process: Promise.resolve(known(true)) }, { ...runs, origin: 'incoming' }, false],
    [
      'one whose process is not known',
      { process: Promise.resolve(undefined) },
      { ...runs, origin: 'boot' },
      false,
    ],
    [
      'one whose process is not known to be QEMU',
      { process: Promise.resolve({ incarnation, startedToWait: true }) },
      { ...runs, origin: 'boot' },
      false,
    ],
  ])('%s', async (_, given, expected, isHeld) => {
    const { source, asked, transport } = bed(given);
    const seen = await source.introduction({ signal });
    expect(seen).toMatchObject({
      ...expected,
      identity: { name: 'web-1', uuid: domain.uuid },
      nics: { ids: ['net0'] },
    });
    expect(asked).toHaveLength(seen.version === 'usual' ? 0 : 1);
    const aborter = new AbortController();
    transport.execute('query-status', undefined, { signal: aborter.signal }).catch(() => undefined);
    await new Promise(setImmediate);
    expect(asked.some((text) => text.includes('query-status'))).toBe(!isHeld);
    aborter.abort();
  });

  it.each<[string, Case, number]>([
    ['a destination hardly waits', { state: MIGRATION, process: never }, 20],
    ['one that QEMU told of hardly waits', { state: STARTING, process: never, tells: 'active' }, 20],
    ['another waits longer', { process: never }, 1000],
  ])('for its process %s', async (_, given, ms) => {
    const { source, clock } = bed(given);
    let isDone = false;
    const introduced = source.introduction({ signal }).finally(() => {
      isDone = true;
    });
    await new Promise(setImmediate);
    clock.advance(ms - 1);
    await new Promise(setImmediate);
    expect(isDone).toBe(false);
    clock.advance(1);
    await introduced;
    expect(await source.processInTime).toBeUndefined();
    expect(clock.timers).toEqual([]);
  });

  it('asks for state, XML and version while the process is looked for', async () => {
    const asked: string[] = [];
    const note =
      <T>(what: string, value: T) =>
      async (): Promise<T> => {
        asked.push(what);
        return value;
      };
    const libvirt = { state: note('state', MIGRATION), xml: note('xml', domainXml()) };
    const { source, clock } = bed({ process: never, over: { libvirt, version: note('version', '7') } });
    void source.introduction({ signal });
    expect(asked).toEqual(['state', 'xml', 'version']);
    await new Promise(setImmediate);
    clock.advance(20);
  });

  it('knows its process from when it is told', async () => {
    const { source } = bed({ process: Promise.resolve(undefined) });
    await source.introduction({ signal });
    expect((await source.nics.list({ signal }))[0]?.backend).not.toHaveProperty('holder');
    source.takeProcess({ incarnation });
    source.takeProcess(undefined);
    expect((await source.nics.list({ signal }))[0]?.backend).not.toHaveProperty('holder');
    source.takeProcess(known(true));
    expect((await source.nics.list({ signal }))[0]?.backend).toMatchObject({ holder: incarnation });
  });

  it('tells where it stands later', async () => {
    const { source } = bed({ state: { state: 3, reason: 12 } });
    expect(await source.standing({ signal })).toEqual({ runState: 'postmigrate', migration: {} });
  });
});
