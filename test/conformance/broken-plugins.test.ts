import {
  type FrameChannel,
  type FrameDirection,
  type FrameSink,
  type HandoffStore,
  HeraldError,
  type LearnedAddress,
  type LearnedStation,
  type PortLearner,
  type PreparedBatch,
  type SendResult,
  stationOf,
} from '@nic-herald/core';
import {
  type ContractSuite,
  Fabric,
  FabricSink,
  FakeClock,
  fakeDevice,
  frameSinkContract,
  guestMonitorContract,
  handoffStoreContract,
  MemoryHandoff,
  type MonitorSurroundings,
  type OpenedLearner,
  type OpenedMonitor,
  stationLearnerContract,
} from '@nic-herald/testkit';
import { MacAddress } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { complaintsOf } from './complaints-of.js';

const LIMIT_MS = 200;
const nothing = async (): Promise<void> => {};

describe('the contract of a hand-off store fails for a store that', () => {
  const broken = (over: (store: MemoryHandoff) => Partial<HandoffStore>): ContractSuite =>
    handoffStoreContract({
      open: async () => {
        const store = new MemoryHandoff();
        const sound: HandoffStore = {
          publish: (snapshot) => store.publish(snapshot),
          fetch: (guest) => store.fetch(guest),
          name: store.name,
          maxEntryBytes: store.maxEntryBytes,
          notes: store.notes,
          ownersOf: (macs) => store.ownersOf(macs),
          ofHost: (host) => store.ofHost(host),
          watch: (guest, changed) => store.watch(guest, changed),
          remove: (guest, host) => store.remove(guest, host),
        };
        return { store: { ...sound, ...over(store) }, close: nothing };
      },
      noSpoil: 'memory does not break',
      limitMs: LIMIT_MS,
    });

  it.each<[string, (store: MemoryHandoff) => Partial<HandoffStore>, RegExp]>([
    [
      'keeps nothing',
      () => ({ publish: nothing }),
      /`fetch` gave 0 entries after a snapshot of 0 NICs was published/,
    ],
    [
      'never answers',
      () => ({ fetch: () => new Promise(() => {}) }),
      /`fetch` did not end \(waited 200 ms\)/,
    ],
    [
      'takes hosts for one another by case',
      (store) => ({
        publish: (snapshot) => store.publish({ ...snapshot, host: snapshot.host.toLowerCase() }),
      }),
      /of a guest with entries of hosts with odd names/,
    ],
    ['removes nothing', () => ({ remove: nothing }), /after A's entry was removed, twice/],
    [
      'tells watchers nothing',
      () => ({ watch: () => () => {} }),
      /a watcher was not told that an entry was published/,
    ],
    [
      'goes on telling watchers that stopped',
      (store) => ({
        watch: (guest, changed) => {
          store.watch(guest, changed);
          return () => {};
        },
      }),
      /a watcher was told of a change after it had stopped/,
    ],
    [
      'knows no owners',
      () => ({ ownersOf: async () => [] }),
      /`ownersOf` of a second NIC gave \[\]: the heads of 1 entries are wanted/,
    ],
    [
      'throws what is no HeraldError on a remove of nothing',
      () => ({ remove: () => Promise.reject(new TypeError('missing')) }),
      /`remove` failed: TypeError: missing/,
    ],
  ])('%s', async (_, over, complaint) => {
    expect(await complaintsOf(broken(over))).toContainEqual(expect.stringMatching(complaint));
  });
});

describe('the contract of a frame sink fails for a sink that', () => {
  const broken = (
    change: (sink: FabricSink) => void,
    directions: readonly FrameDirection[] = ['from-guest', 'to-guest'],
  ): ContractSuite =>
    frameSinkContract({
      directions,
      open: async () => {
        const clock = new FakeClock();
        const host = new Fabric(clock).addHost('A');
        host.addGuestPort('tapA');
        const sink = new FabricSink(host, clock);
        change(sink);
        return {
          sink,
          port: { kind: 'tap', name: 'tapA' },
          missing: { kind: 'tap', name: 'tapB' },
          heard: async () => sink.sent.map(({ frame }) => frame.bytes),
          close: nothing,
        };
      },
      limitMs: LIMIT_MS,
    });
  const channel =
    (send: () => { accepted: number }, ready = true) =>
    (sink: FabricSink) =>
      Object.assign(sink, {
        open: async () => ({
          prepare: () => ({ send }),
          health: async () => (ready ? { ready } : { ready, code: 'HERALD_TEST', message: 'down' }),
          close: nothing,
        }),
      });

  /** A sound sink whose batches are sent by `send`, whatever part is wanted. */
  const sending =
    (send: (sound: PreparedBatch, count?: number) => SendResult) =>
    (sink: FabricSink): void => {
      const open = sink.open.bind(sink);
      Object.assign(sink, {
        open: async (...given: Parameters<typeof open>) => {
          const whole = await open(...given);
          const prepare: FrameChannel['prepare'] = (batch) => {
            const sound = whole.prepare(batch);
            return { send: (_, count) => send(sound, count) };
          };
          return { ...whole, prepare };
        },
      });
    };

  it.each<[string, (sink: FabricSink) => void, RegExp]>([
    [
      'claims any port',
      (sink) => Object.assign(sink, { claim: async () => ({ preference: 1 }) }),
      /`claim` takes the kind of port/,
    ],
    [
      'claims a port with no word',
      (sink) => Object.assign(sink, { claim: async () => true }),
      /`claim` gave true on the port/,
    ],
    [
      'rejects when it is asked',
      (sink) => Object.assign(sink, { claim: () => Promise.reject(new Error('no')) }),
      /`claim` rejected on the port/,
    ],
    [
      'does not answer when it is cancelled',
      (sink) => {
        const claim = sink.claim.bind(sink);
        const deaf = (...[port, options]: Parameters<FrameSink['claim']>) =>
          options.signal.aborted ? new Promise(() => {}) : claim(port, options);
        Object.assign(sink, { claim: deaf });
      },
      /`claim` did not end when it was cancelled/,
    ],
    [
      'opens ports that are not there',
      channel(() => ({ accepted: 1 })),
      /gave a channel to .*tapB.*, which is not there/,
    ],
    ['sends nothing', channel(() => ({ accepted: 0 })), /`send` of 1 frames accepted 0 in round 1/],
    [
      'throws while it sends',
      channel(() => {
        throw new RangeError('no buffers');
      }),
      /`send` threw: RangeError: no buffers.*never throws/,
    ],
    [
      'calls a sound port down',
      channel(() => ({ accepted: 1 }), false),
      /`health` of a port that is there and up gave/,
    ],
    [
      'sends all whatever part is wanted',
      sending((sound) => sound.send()),
      /`send\(3, 5\)` of 20 frames gave .*"accepted":20.*: { accepted: 5 } is wanted. A sink that sends all/,
    ],
    [
      'says that it sends a part and sends another',
      sending((sound, count) => sound.send(0, count)),
      /27 frames left the port after parts of a batch were sent|`send\(18, 10\)` of 20 frames gave/,
    ],
    [
      'says that it sent and did not',
      channel(() => ({ accepted: 20 })),
      /0 frames left the port, not the 20 that were sent/,
    ],
  ])('%s', async (_, change, complaint) => {
    expect(await complaintsOf(broken(change))).toContainEqual(expect.stringMatching(complaint));
  });

  it('claims a direction in which it does not send', async () => {
    const complaints = await complaintsOf(broken(() => {}, ['from-guest']));
    expect(complaints).toEqual([expect.stringMatching(/`claim` takes to-guest/)]);
  });
});

describe('the contract of a station learner fails for a learner that', () => {
  const learner = (over: Partial<PortLearner>, open?: OpenedLearner['learner']['open']): ContractSuite =>
    stationLearnerContract({
      open: async () => ({
        learner: {
          name: 'broken',
          claim: async ({ kind }) => (kind === 'tap' ? { preference: 1 } : { refusal: 'no tap' }),
          open:
            open ??
            (async ({ name }) => {
              if (name !== 'tapA') throw new HeraldError('HERALD_TEST_PORT', `no port ${name}`);
              const read = async () => ({ stations: [], exactVlans: true, capacity: 8 });
              return { read, close: nothing, ...over };
            }),
        },
        port: { kind: 'tap', name: 'tapA' },
        missing: { kind: 'tap', name: 'tapB' },
        speak: nothing,
        send: nothing,
        close: nothing,
      }),
      noInject: 'it learns nothing',
      tellsAddresses: true,
      countsReports: true,
      limitMs: LIMIT_MS,
    });
  const seen = (mac: string, ageMs: number) => ({ station: stationOf(MacAddress.of(mac)), ageMs });
  const reading = (...stations: readonly LearnedStation[]): Partial<PortLearner> => ({
    read: async () => ({ stations, exactVlans: true, capacity: 8 }),
  });
  const owning = (...over: readonly object[]): Partial<PortLearner> => {
    const owned = { address: '192.0.2.1', proof: 'asserted', ageMs: 0 };
    const addresses = over.map((each) => ({ ...owned, ...each })) as LearnedAddress[];
    return reading({ ...seen(first, 0), addresses });
  };
  const counting = (...over: readonly object[]): Partial<PortLearner> => {
    const multicastReports = over.map((each) => ({ igmp: 1, mld: 1, ...each }));
    return { read: async () => ({ stations: [], exactVlans: true, capacity: 8, multicastReports }) };
  };
  const [first, second] = ['52:54:00:aa:00:01', '52:54:00:aa:00:02'] as const;

  it.each<[string, ContractSuite, RegExp]>([
    ['learns nothing', learner({}), /`read` gave the stations none after the guest sent from three stations/],
    ['gives a group MAC', learner(reading(seen('01:00:5e:00:00:01', 0))), /which is no station/],
    ['gives one twice', learner(reading(seen(first, 0), seen(first, 1))), /gave 52:54:00:aa:00:01 twice/],
    [
      'gives the oldest first',
      learner(reading(seen(first, 9), seen(second, 1))),
      /the latest seen comes first/,
    ],
    ['gives ages below zero', learner(reading(seen(first, -1))), /an age of -1 ms/],
    [
      'tells no addresses',
      learner({}),
      /`read` gave the addresses none after the guest spoke from two stations/,
    ],
    [
      'gives a group address',
      learner(owning({ address: '224.0.0.1' })),
      /"224.0.0.1": the IP address of one host/,
    ],
    [
      'gives an address in another form',
      learner(owning({ address: '2001:DB8::1' })),
      /in its canonical form/,
    ],
    ['gives one address twice', learner(owning({}, {})), /the address "192.0.2.1" twice/],
    ['gives a proof that is none', learner(owning({ proof: 'routed' })), /by the proof "routed"/],
    ['gives an address of no age', learner(owning({ ageMs: Number.NaN })), /with an age of null ms/],
    ['gives half a word on routers', learner(owning({ router: 1 })), /says 1 of whether it is a router/],
    [
      'gives addresses without end',
      learner(owning(...Array.from({ length: 65 }, (_, last) => ({ address: `192.0.2.${last}` })))),
      /gave 65 addresses of 52:54:00:aa:00:01: at most 64 are wanted/,
    ],
    ['counts no reports', learner({}), /`multicastReports` is undefined after one report untagged/],
    ['counts VLAN 0', learner(counting({ vlan: 0 })), /on VLAN 0: VLANs are 1 to 4094/],
    ['counts one VLAN twice', learner(counting({ vlan: 7 }, { vlan: 7 })), /on VLAN 7 twice/],
    ['counts below zero', learner(counting({ mld: -1 })), /untagged of \{"igmp":1,"mld":-1\}/],
    [
      'rejects with what is no HeraldError',
      learner({}, () => Promise.reject(new TypeError('ENODEV'))),
      /`open` of a missing port rejected with TypeError: ENODEV/,
    ],
  ])('%s', async (_, suite, complaint) => {
    expect(await complaintsOf(suite)).toContainEqual(expect.stringMatching(complaint));
  });
});

describe('the contract of a guest monitor fails for a monitor that', () => {
  const device = fakeDevice({ type: 'e1000' });
  const guest = {
    instance: 'one',
    identity: { name: 'web-1' },
    hypervisor: device.hypervisor,
    nics: async () => [device.nic],
    inspect: () => device,
  };
  const monitor = (start: (host: MonitorSurroundings) => Promise<void>): ContractSuite =>
    guestMonitorContract({
      open: async (host): Promise<OpenedMonitor> => ({
        monitor: { name: 'broken', start: () => start(host), close: nothing },
        stop: nothing,
        resume: nothing,
        vanish: nothing,
        close: nothing,
      }),
      limitMs: LIMIT_MS,
    });

  it.each<[string, object | undefined, RegExp]>([
    ['tells nothing', undefined, /`intake.appeared` was called 0 times/],
    ['does not heed its signal', {}, /`start` with an aborted signal resolved/],
    ['does not tell of a stop', {}, /the CPUs stopped, and `intake.stopped` was not called/],
    ['does not tell of an end', {}, /the guest ended, and `intake.gone` was not called/],
    ['gives an identity that is none', { identity: { uuid: 'x' } }, /make it with `guestIdentity`/],
    [
      'does not know what the hypervisor announces',
      { selfAnnouncement: async () => 'perhaps' },
      /`guest.selfAnnouncement` gave "perhaps"/,
    ],
    ['has guests without NICs', { nics: async () => [] }, /`guest.nics` is empty/],
    [
      'gives neither a backend nor a reason',
      { nics: async () => [{ id: 'nic0', type: 'e1000', primaryMac: device.nic.primaryMac }] },
      /nic0 has no `backend` and no `portProblem`/,
    ],
  ])('%s', async (_, over, complaint) => {
    const suite = monitor(async ({ intake }) => {
      if (over !== undefined) intake.appeared({ guest: { ...guest, ...over }, phase: 'running' });
    });
    expect(await complaintsOf(suite)).toContainEqual(expect.stringMatching(complaint));
  });

  it('tells the bus what belongs to the intake', async () => {
    const suite = monitor(async ({ intake, bus }) => {
      intake.stopped({ guest });
      intake.resumed({ guest, resumedAt: 1, readAt: 1 });
      bus.emit('guest:resumed', { guest, resumedAt: 1, readAt: 1 });
    });
    expect(await complaintsOf(suite)).toContainEqual(
      expect.stringMatching(/\["guest:resumed"\] was told on the bus/),
    );
  });
});
