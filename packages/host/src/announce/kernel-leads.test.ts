import type { ArmedFrames, ArmRefusal, ArmRequest, Taken } from '@nic-herald/core';
import { FakeClock } from '@nic-herald/testkit';
import { describe, expect, it } from 'vitest';
import { mac } from '../../test/sample-nic.js';
import { FramePacer } from './frame-pacer.js';
import { KernelLeads, type LeadingNic } from './kernel-leads.js';

const BY_AGENT: Taken = { firedBy: 'agent' };
const fired = (sent: number, firedAt: number): Taken => ({
  ...{ firedBy: 'kernel', sent, drawn: 0, firedAt, lastAt: firedAt + 1, isLost: false },
});

/** A NIC of so many frames, whose sink arms as it is told to, and what it was asked. */
const nicOf = (
  nic: string,
  frames: number,
  arming?: (request: ArmRequest) => unknown,
): LeadingNic & { readonly asked: ArmRequest[] } => {
  const asked: ArmRequest[] = [];
  const arm = (request: ArmRequest): ArmedFrames | ArmRefusal => {
    asked.push(request);
    return arming?.(request) as ArmedFrames;
  };
  return {
    asked,
    sink: 'test-sink',
    trigger: mac(0),
    ready: {
      ...{ nic, frames: Array.from({ length: frames }, (_, index) => `${nic} ${index}`) },
      ...{ primaries: 1, firsts: frames },
      batch: { send: () => ({ accepted: 0 }), ...(arming === undefined ? {} : { arm }) },
    },
  };
};
const arms =
  (taken: Taken = BY_AGENT) =>
  () => ({ take: () => taken });

const testLeads = (burst = 64) => {
  const clock = new FakeClock();
  const pacer = new FramePacer({ framesPerSecond: 1000, burst }, clock);
  return { clock, make: () => new KernelLeads(pacer, () => clock.now()) };
};

describe('KernelLeads', () => {
  it.each<[string, () => unknown, Partial<ArmRefusal>]>([
    [
      'throws',
      () => {
        throw new Error('out of order');
      },
      { refusal: 'out of order' },
    ],
    ['gives nothing', () => undefined, { code: 'HERALD_SINK_FAULT' }],
    ['gives something else', () => 'armed', { code: 'HERALD_SINK_FAULT' }],
    ['gives what cannot be taken', () => ({ take: true }), { code: 'HERALD_SINK_FAULT' }],
    [
      'refuses',
      () => ({ code: 'HERALD_TEST', refusal: 'not now' }),
      { code: 'HERALD_TEST', refusal: 'not now' },
    ],
  ])('has nothing armed where a sink %s', (_, arming, refusal) => {
    const leads = testLeads().make();
    leads.arm([nicOf('nic0', 2, arming)]);
    expect([leads.of('nic0'), leads.collect()]).toEqual([expect.objectContaining(refusal), []]);
    expect(leads.refusals.get('nic0')).toMatchObject(refusal);
  });

  it('says of a sink that cannot arm what it is, and is not refused', () => {
    const leads = testLeads().make();
    leads.arm([nicOf('nic0', 2)]);
    const refusal = 'the sink test-sink cannot let frames leave by themselves';
    expect([leads.of('nic0'), leads.refusals.size]).toEqual([
      { code: 'HERALD_TRIGGER_UNAVAILABLE', refusal },
      0,
    ]);
  });

  it('arms as many frames as may leave at once, and shares the time of its guest among those that can', () => {
    const leads = testLeads(16).make();
    const [small, large, unable] = [nicOf('nic0', 3, arms()), nicOf('nic1', 30, arms()), nicOf('nic2', 3)];
    leads.arm([small, large, unable]);
    const usual = { trigger: mac(0), ungranted: 1, holdUs: 50 };
    expect([small.asked, large.asked]).toEqual([[{ ...usual, count: 3 }], [{ ...usual, count: 16 }]]);
    expect([leads.of('nic0'), leads.of('nic1')]).toEqual([{ frames: 3 }, { frames: 16 }]);
  });

  it('arms nothing where nothing may be, and takes back what is', () => {
    const { make } = testLeads();
    const [older, newer] = [make(), make()];
    const taken: unknown[] = [];
    const take: ArmedFrames['take'] = (options) => {
      taken.push(options);
      return BY_AGENT;
    };
    older.arm([nicOf('nic0', 3, () => ({ take }))]);
    const nic = nicOf('nic0', 3, arms());
    newer.arm([nic], older, { code: 'HERALD_TEST', refusal: 'it may not' });
    expect([nic.asked, taken, older.of('nic0')]).toEqual([[], [{ unwanted: true }], undefined]);
  });

  it('takes over what was set off a moment ago, and no more what was long ago', () => {
    const { clock, make } = testLeads();
    const refusing = (): ArmRefusal => ({ code: 'HERALD_TEST', refusal: 'it was set off' });
    const now = clock.now();
    const old = [nicOf('nic0', 3, arms(fired(3, now - 10))), nicOf('nic1', 3, arms(fired(2, now - 1000)))];
    const [older, newer] = [make(), make()];
    older.arm(old);
    const again = [
      nicOf('nic0', 4, refusing),
      nicOf('nic1', 4, (request) => (request.instead ? refusing() : arms()())),
    ];
    newer.arm(again, older);
    expect(again.map(({ asked }) => asked.length)).toEqual([1, 2]);
    expect([newer.of('nic0'), newer.of('nic1')]).toEqual([undefined, { frames: 4 }]);
    const departed = [{ batch: old[0]?.ready, sent: 3, firedAt: now - 10, lastAt: now - 9 }];
    expect([newer.collect(), newer.collect()]).toEqual([departed, departed]);
    expect([newer.hasDeparted('nic0'), newer.hasDeparted('nic1')]).toEqual([true, false]);
  });

  it('counts nothing that went nowhere', () => {
    const { clock, make } = testLeads();
    const leads = make();
    const lost = { ...fired(3, clock.now()), isLost: true } as Taken;
    leads.arm([nicOf('nic0', 3, arms(lost)), nicOf('nic1', 3, arms(fired(0, clock.now())))]);
    expect([leads.collect(), leads.hasDeparted('nic0')]).toEqual([[], false]);
    expect(leads.takenOf('nic0')).toEqual(lost);
  });
});
