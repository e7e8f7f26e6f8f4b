import { isHeraldError, type Port, type PortClaim } from '@nic-herald/core';
import { contractBroken, demand, inWords, quote } from './contract-broken.js';
import { outcomeOf } from './outcome.js';

/** Ports that a monitor might tell of and nobody serves. */
export const ODD_PORTS: readonly Port[] = [
  { kind: '', name: '' },
  { kind: 'nic-herald-contract-no-such-kind', name: 'x0' },
  { kind: '__proto__', name: '../../etc/passwd' },
  { kind: 'tap', name: 'x'.repeat(10_000) },
  { kind: 'tap', name: '\u0000' },
];

type Claim = (port: Port, signal: AbortSignal) => Promise<unknown>;

/** Fails where `claim` throws, does not end or gives no claim, on the ports given and on odd ones. */
export const demandClaims = async (claim: Claim, own: Port, limitMs: number): Promise<void> => {
  for (const port of [own, ...ODD_PORTS]) {
    const value = await claimOf(claim, port, new AbortController().signal, limitMs);
    const isPreference = 'preference' in value;
    demand(
      port !== own || isPreference,
      `\`claim\` refuses the port ${quote(own)}, on which the contract is tried: ${quote(value)}`,
    );
    demand(
      port.kind !== ODD_PORTS[1]?.kind || !isPreference,
      `\`claim\` takes the kind of port ${quote(port.kind)}, which nobody knows: take only kinds you know`,
    );
  }
  const gone = await outcomeOf(
    () => claim(own, AbortSignal.abort()),
    limitMs,
    '`claim` did not end when it was cancelled',
  );
  demand(
    'thrown' in gone || isClaim(gone.value),
    `\`claim\` gave ${quote('value' in gone && gone.value)} when it was cancelled`,
  );
};

/** Fails where `claim` does not refuse a port. */
export const demandRefusal = async (
  claim: Claim,
  port: Port,
  why: string,
  limitMs: number,
): Promise<void> => {
  const value = await claimOf(claim, port, new AbortController().signal, limitMs);
  demand('refusal' in value, why);
};

const claimOf = async (
  claim: Claim,
  port: Port,
  signal: AbortSignal,
  limitMs: number,
): Promise<PortClaim> => {
  const outcome = await outcomeOf(() => claim(port, signal), limitMs, '`claim` did not end');
  if ('thrown' in outcome) {
    throw contractBroken(
      `\`claim\` rejected on the port ${quote(port)}: ${inWords(outcome.thrown)}. It is asked about every port of ` +
        'every guest and gives { preference } or { refusal }',
      outcome.thrown,
    );
  }
  const { value } = outcome;
  if (isClaim(value)) return value;
  throw contractBroken(
    `\`claim\` gave ${quote(value)} on the port ${quote(port)}: { preference } from 0 to 100 or { refusal } in words is wanted`,
  );
};

const isClaim = (value: unknown): value is PortClaim => {
  if (typeof value !== 'object' || value === null) return false;
  const { preference, refusal } = value as { preference?: unknown; refusal?: unknown };
  if (refusal !== undefined) return typeof refusal === 'string' && refusal !== '' && preference === undefined;
  return typeof preference === 'number' && preference >= 0 && preference <= 100;
};

/**
 * Fails where `open` does not reject for a port that is not there, with a HeraldError that names it. `did` says what
 * it does to a port otherwise.
 */
export const demandMissing = async (
  open: (port: Port) => Promise<unknown>,
  missing: Port,
  limitMs: number,
  did: string,
): Promise<void> => {
  const outcome = await outcomeOf(() => open(missing), limitMs, '`open` of a missing port did not end');
  demand(
    'thrown' in outcome,
    `\`open\` ${did} ${quote(missing)}, which is not there: reject with a HeraldError`,
  );
  demand(
    isHeraldError(outcome.thrown) && outcome.thrown.message.includes(missing.name),
    `\`open\` of a missing port rejected with ${inWords(outcome.thrown)}: a HeraldError that names the port ${missing.name} is wanted`,
  );
};
