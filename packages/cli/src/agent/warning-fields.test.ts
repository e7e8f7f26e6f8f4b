import { readFileSync } from 'node:fs';
import { type Guest, HeraldError } from '@nic-herald/core';
import { describe, expect, it } from 'vitest';
import { guestFields, warningFields } from './warning-fields.js';

const guest = {
  instance: 'one',
  identity: { name: 'web', uuid: '9b1c5d3e-0000-4000-8000-00000000000a' },
} as Guest;
const KEY = 'uuid:9b1c5d3e-0000-4000-8000-00000000000a';
const of = (details: HeraldError['details'], about?: Guest) =>
  warningFields(new HeraldError('HERALD_TEST', 'x', { details }), about);

describe('the fields of a warning', () => {
  it.each<[string, HeraldError['details'], Guest | undefined, object]>([
    ['a key beside the guest', { guest: KEY, host: 'B' }, guest, { guestKey: KEY, aboutHost: 'B' }],
    ['a key alone', { guest: KEY }, undefined, { guestKey: KEY }],
    ['a key by name', { guest: 'name:web' }, undefined, { guestKey: 'name:web' }],
    ['the same name', { guest: 'web' }, guest, {}],
    ['a name alone', { guest: 'db' }, undefined, { guest: 'db' }],
    ['another name', { guest: 'db' }, guest, { aboutGuest: 'db' }],
    [
      'an instance, a code and a level',
      { instance: 'two', code: 7, level: 'x' },
      guest,
      { aboutInstance: 'two', aboutCode: 7, aboutLevel: 'x' },
    ],
    ['what is its own', { nic: 'nic0', file: '/x' }, guest, { nic: 'nic0', file: '/x' }],
  ])('%s', (_, details, about, fields) => {
    expect(of(details, about)).toEqual({
      ...(about === undefined ? {} : guestFields(about)),
      code: 'HERALD_TEST',
      ...fields,
    });
  });

  it('stand in the table of the log’s fields', () => {
    const table = readFileSync(new URL('../../../../docs/operating.md', import.meta.url), 'utf8');
    for (const field of ['guest', 'guestKey', 'instance', 'aboutHost', 'host', 'event', 'code']) {
      expect(table).toMatch(new RegExp(`^\\| \`${field}\` `, 'm'));
    }
  });
});
