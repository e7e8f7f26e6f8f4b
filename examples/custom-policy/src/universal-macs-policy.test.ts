import { ANNOUNCE_POLICY, type AnnouncePolicy, type Candidate, DEFAULT_GUEST_POLICY } from '@nic-herald/core';
import { composeHost } from '@nic-herald/host';
import { MacAddress } from '@nic-herald/wire';
import { describe, expect, it } from 'vitest';
import { plugin } from './universal-macs-policy.js';

/** The policy as a host is given it. */
const policyOf = (written: unknown): AnnouncePolicy => {
  let provided: unknown;
  plugin(optionsOf(written)).install({
    provide: (token, provider) => {
      if (token === (ANNOUNCE_POLICY as symbol) && 'value' in provider) provided = provider.value;
    },
    contribute: () => {},
  });
  return provided as AnnouncePolicy;
};

/** Options as herald.yaml gives them. */
const optionsOf = (written: unknown): Parameters<typeof plugin>[0] => {
  const result = plugin.options?.['~standard'].validate(written);
  if (result === undefined || 'then' in result) expect.unreachable();
  if (result.issues !== undefined) throw new TypeError(result.issues.map(({ message }) => message).join());
  return result.value;
};

const learned = (mac: string): Candidate => ({ station: { mac: MacAddress.of(mac) }, evidence: 'learned' });

it.each([
  ['an exception that is no MAC', { except: ['52:54'] }, 'must be a MAC such as 52:54:00:aa:00:01'],
  ['an option that is none', { expect: [] }, 'expect'],
])('refuses %s', (_, written, message) => {
  expect(() => optionsOf(written)).toThrow(message);
});

describe('what it denies', () => {
  const policy = policyOf({ except: ['52-54-00-AA-00-01'] }).forGuest({ name: 'web-1' });

  it.each([
    ['a locally administered MAC', '52:54:00:aa:00:02', 'locally administered and not listed'],
    ['one that is listed, however it is written', '52:54:00:aa:00:01', undefined],
    ['a universally administered MAC', '00:1b:21:00:00:01', undefined],
  ])('%s', (_, mac, why) => {
    expect(policy.deny?.(learned(mac))).toBe(why);
  });

  it('leaves all else as it is by default', () => {
    const { maxStations, timing, trust } = DEFAULT_GUEST_POLICY;
    expect(policy).toMatchObject({ maxStations, timing, trust });
  });
});

it('is the policy of a host that is composed with it, and of no second one', async () => {
  const host = await composeHost([plugin({ except: [] })], { name: 'A' });
  await host.close();
  await expect(
    composeHost([plugin({ except: [] }), { ...plugin({ except: [] }), name: 'another' }]),
  ).rejects.toMatchObject({
    message: expect.stringContaining('@example/nic-herald-universal-macs') as string,
  });
});
