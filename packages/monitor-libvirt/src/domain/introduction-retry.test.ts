import { HeraldError } from '@nic-herald/core';
import { LIBVIRT_CODES } from '@nic-herald/libvirt';
import { describe, expect, it } from 'vitest';
import { TestClock } from '../../../qmp/test/test-clock.js';
import { domainEnded } from './domain-ended.js';
import { IntroductionRetry } from './introduction-retry.js';

const domain = { name: 'web-1', uuid: '6b1d1c9e-0000-4000-8000-000000000001', id: 1 };
const refused = (libvirtCode: number): HeraldError =>
  new HeraldError('HERALD_LIBVIRT_REFUSED', 'refused', { details: { libvirtCode } });

const bed = () => {
  const clock = new TestClock();
  const told: string[] = [];
  const retry = new IntroductionRetry(domain, clock, {
    warn: ({ code }) => void told.push(code),
    well: () => void told.push('well'),
  });
  return { clock, told, retry, failed: (error: unknown) => retry.failed(error, () => told.push('again')) };
};

describe('IntroductionRetry', () => {
  it.each<[string, unknown, readonly string[]]>([
    ['what nobody foresaw', new TypeError('x'), ['HERALD_MONITOR_FAULT', 'again']],
    ['a refusal', refused(LIBVIRT_CODES.OPERATION_INVALID), ['HERALD_LIBVIRT_REFUSED', 'again']],
    ['a domain that is not there', refused(LIBVIRT_CODES.NO_DOMAIN), []],
    ['a domain that is shut off', domainEnded(domain), []],
  ])('after %s', (_, error, expected) => {
    const { clock, told, failed } = bed();
    failed(error);
    clock.advance(1000);
    expect(told).toEqual(expected);
    expect(clock.timers).toEqual([]);
  });

  it('pauses longer and longer, up to half a minute', () => {
    const { clock, failed } = bed();
    const pauses: number[] = [];
    for (let turn = 0; turn < 7; turn += 1) {
      failed(new TypeError('x'));
      pauses.push((clock.timers[0]?.due ?? 0) - clock.elapsed());
      clock.advance(30_000);
    }
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it('stops, says nothing more, and forgets what was told', () => {
    const { clock, told, retry, failed } = bed();
    failed(new TypeError('x'));
    retry.stop();
    failed(new TypeError('x'));
    retry.succeeded();
    clock.advance(30_000);
    expect(told).toEqual(['HERALD_MONITOR_FAULT', 'well']);
  });

  it('is well after a success', () => {
    const { told, retry } = bed();
    retry.succeeded();
    expect(told).toEqual(['well']);
  });
});
