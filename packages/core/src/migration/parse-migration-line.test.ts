import { describe, expect, it } from 'vitest';
import { MAX_LINE_BYTES } from './migration-line.js';
import { parseMigrationLine } from './parse-migration-line.js';

const about = { at: 1, host: 'B', guest: { name: 'web' }, instance: '/run/web.qmp#1' };
const nic = { nic: 'nic0', port: 'tap0', stations: 2, refused: 0, firedBy: 'kernel' };
const announced = {
  fact: 'announced',
  ...about,
  cause: 'migration',
  outcome: 'announced',
  stations: 2,
  refused: 0,
  nics: [nic],
  warnings: [{ code: 'HERALD_SEND_FAILED', message: 'x' }],
};
const proof = { verdict: 'proved', isOpen: false, stations: 0, proved: 0, nics: [] };

describe('a line of a watcher', () => {
  it.each<[string, string]>([
    ['nothing', ''],
    ['no JSON', '<html>'],
    ['no object', '7'],
    ['null', 'null'],
    ['no fact', '{}'],
    ['a fact that is not known', JSON.stringify({ fact: 'rebooted', ...about })],
    ['a fact of no guest', JSON.stringify({ fact: 'gone', at: 1, host: 'B' })],
    ['a time that is none', JSON.stringify({ fact: 'alive', at: 'now', host: 'B' })],
    ['a name too long', JSON.stringify({ fact: 'gone', ...about, guest: { name: 'x'.repeat(257) } })],
    ['fewer frames than none', JSON.stringify({ fact: 'armed', ...about, frames: -1 })],
    [
      'a message too long',
      JSON.stringify({ ...announced, warnings: [{ code: 'X', message: 'x'.repeat(1001) }] }),
    ],
    [
      'a verdict that is none',
      JSON.stringify({ fact: 'proof', ...about, revision: 1, proof: { ...proof, verdict: '' } }),
    ],
    ['nesting without end', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['a line too long', `${JSON.stringify({ fact: 'gone', ...about })}${' '.repeat(MAX_LINE_BYTES)}`],
  ])('is none where it is %s', (_, text) => {
    expect(parseMigrationLine(text)).toBeUndefined();
  });

  it.each<[string, object]>([
    ['watching', { proof: true }],
    ['awaited', about],
    ['incoming', about],
    ['armed', { ...about, frames: 3, mode: 'observe' }],
    ['resumed', { ...about, resumedAt: 1, readAt: 2 }],
    ['announced', announced],
    ['proof', { ...about, revision: 1, resumedAt: 1, proof }],
    ['failed', { ...about, side: 'source', status: 'cancelled' }],
    ['leaving', about],
    ['left', about],
    ['gone', about],
    ['dropped', { lines: 7 }],
    ['alive', {}],
  ])('says that: %s', (fact, rest) => {
    const line = { at: 1, host: 'B', ...rest, fact };
    expect(parseMigrationLine(JSON.stringify(line))).toEqual(line);
  });

  it('may have more than is known, which is left out', () => {
    const line = { fact: 'gone', ...about };
    expect(parseMigrationLine(JSON.stringify({ ...line, why: 'x' }))).toEqual(line);
  });
});
