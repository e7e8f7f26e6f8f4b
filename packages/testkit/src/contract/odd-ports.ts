import { isHeraldError, type Port } from '@nic-herald/core';
import { contractBroken, demand, inWords, quote } from './contract-broken.js';
import { outcomeOf, outcomeOfCall } from './outcome.js';

/** Ports that a monitor might tell of and nobody serves. */
const ODD_PORTS: readonly Port[] = [
  { kind: '', name: '' },
  { kind: 'nic-herald-contract-no-such-kind', name: 'x0' },
  { kind: '__proto__', name: '../../etc/passwd' },
  { kind: 'tap', name: 'x'.repeat(10_000) },
  { kind: 'tap', name: '\u0000' },
];

/** Fails where `supports` throws or gives no boolean, on the ports given and on odd ones. */
export const demandSupports = (supports: (port: Port) => boolean, own: Port): void => {
  for (const port of [own, ...ODD_PORTS]) {
    const outcome = outcomeOfCall(() => supports(port));
    if ('thrown' in outcome) {
      throw contractBroken(
        `\`supports\` threw on the port ${quote(port)}: ${inWords(outcome.thrown)}. It is asked about every port of ` +
          'every guest and must answer true or false',
        outcome.thrown,
      );
    }
    const { value } = outcome;
    demand(
      typeof value === 'boolean',
      `\`supports\` gave ${quote(value)} on the port ${quote(port)}: true or false is wanted`,
    );
    demand(
      port !== own || value,
      `\`supports\` is false for the port ${quote(own)}, on which the contract is tried`,
    );
    demand(
      port.kind !== ODD_PORTS[1]?.kind || !value,
      `\`supports\` is true for the kind of port ${quote(port.kind)}, which nobody knows: take only kinds you know`,
    );
  }
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
